using SpotArtifacts.Cli.Doctor;

namespace SpotArtifacts.Cli.Tests.Doctor;

public class DiagnosisTests
{
    private static readonly DoctorFindings s_healthy = DoctorSamples.Healthy;

    [Fact]
    public void Of_HealthyMachine_FindsNothing() => Assert.Empty(Diagnosis.Of(s_healthy));

    [Fact]
    public void Of_ArmMachine_FindsNothing() => Assert.Empty(Diagnosis.Of(s_healthy with
    {
        Processor = new("Arm64", "NEON", false, 8),
    }));

    [Fact]
    public void Of_LibtorchDoesNotLoad_GivesTheLoadersWords() => Assert.Equal(
        ("libtorch", "the loader says: no"),
        Single(s_healthy with { Torch = null, Throughput = null, TorchFailure = "the loader says: no" }));

    [Fact]
    public void Of_KernelsHeldBack_NamesTheVariable() => Assert.Equal(
        "torch-instructions",
        Single(s_healthy with { Processor = DoctorSamples.Processor with { CpuCapability = "default" } }).Code);

    [Fact]
    public void Of_CudaWithoutDevice_SaysWhatToCheck() => Assert.Equal(
        "no-cuda-device", Single(s_healthy with { Torch = DoctorSamples.Torch with { CudaBuilt = true } }).Code);

    [Fact]
    public void Of_AnotherVersionThatWasAskedFor_GivesTheWarning() => Assert.Equal(
        ("libtorch-version", "it is 2.11"),
        Single(s_healthy with { Torch = DoctorSamples.Torch with { VersionWarning = "it is 2.11" } }));

    [Fact]
    public void Of_ImageCodecsDoNotLoad_GivesTheirWords() =>
        Assert.Equal(("image-codecs", "tried everything"), Single(s_healthy with { ImagesFailure = "tried everything" }));

    [Fact]
    public void Of_OldProcessor_SaysSo() => Assert.Equal("no-avx2", Single(s_healthy with
    {
        Processor = DoctorSamples.Processor with { Instructions = "AVX" },
    }).Code);

    [Theory]
    [InlineData("always madvise [never]", true)]
    [InlineData("always [madvise] never", false)]
    [InlineData("", false)]
    public void Of_HugePages_AreMissedWhereTheSystemGivesNone(string setting, bool missed) => Assert.Equal(
        missed ? ["no-huge-pages"] : [],
        Diagnosis.Of(s_healthy with { Processor = DoctorSamples.Processor with { HugePages = setting } })
            .Select(fault => fault.Code));

    [Theory]
    [InlineData("1", "operators use one thread of 8 cores: OMP_NUM_THREADS is 1")]
    [InlineData(null, "operators use one thread of 8 cores")]
    public void Of_OneThreadOnManyCores_NamesTheVariable(string? variable, string problem)
    {
        Fault fault = Assert.Single(Diagnosis.Of(s_healthy with
        {
            Processor = DoctorSamples.Processor with { OmpNumThreads = variable },
            Torch = DoctorSamples.Torch with { Threads = 1 },
        }));

        Assert.Equal(("one-thread", problem), (fault.Code, fault.Problem));
        Assert.Contains("set it to 8", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OneThreadOnOneCore_FindsNothing() => Assert.Empty(Diagnosis.Of(s_healthy with
    {
        Processor = DoctorSamples.Processor with { Cores = 1 },
        Torch = DoctorSamples.Torch with { Threads = 1 },
    }));

    [Theory]
    [InlineData(20, 600, 500, "a matrix product runs at 20 GFLOP/s, below 64")]
    [InlineData(800, 20, 500, "a convolution runs at 20 GFLOP/s, below 32")]
    [InlineData(800, 600, 20.25, "the gradient of a convolution runs at 20.3 GFLOP/s, below 24")]
    [InlineData(1, 1, 500, "a matrix product runs at 1 GFLOP/s, below 64; a convolution runs at 1 GFLOP/s, below 32")]
    public void Of_LowThroughput_SaysWhichAndHowLow(double product, double forward, double backward, string problem) =>
        Assert.Equal(("slow", problem), Single(s_healthy with { Throughput = new(product, forward, backward) }));

    [Theory]
    [InlineData(7.5, true)]
    [InlineData(0.5, false)]
    public void Of_LowThroughputOnABusyMachine_NamesTheLoad(double load, bool named)
    {
        Fault fault = Assert.Single(Diagnosis.Of(s_healthy with
        {
            Processor = DoctorSamples.Processor with { Load = load },
            Throughput = new(1, 600, 500),
        }));

        Assert.Equal(named, fault.Remedy.Contains("the load is 7.5 on 8 cores", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_ManyThreads_AsksNoMoreThanSixteenCanGive() => Assert.Empty(Diagnosis.Of(s_healthy with
    {
        Processor = DoctorSamples.Processor with { Cores = 128 },
        Torch = DoctorSamples.Torch with { Threads = 128 },
        Throughput = new(200, 100, 80),
    }));

    [Fact]
    public void Of_SeveralFaults_ListsAll() =>
        Assert.Equal(["image-codecs", "one-thread", "no-cuda-device"], Diagnosis.Of(s_healthy with
        {
            ImagesFailure = "no",
            Torch = DoctorSamples.Torch with { CudaBuilt = true, Threads = 1 },
        }).Select(fault => fault.Code));

    private static (string Code, string Problem) Single(DoctorFindings findings)
    {
        Fault fault = Assert.Single(Diagnosis.Of(findings));
        return (fault.Code, fault.Problem);
    }
}
