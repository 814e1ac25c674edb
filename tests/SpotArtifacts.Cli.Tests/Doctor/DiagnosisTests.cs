using SpotArtifacts.Cli.Doctor;
using SpotArtifacts.Engine;

namespace SpotArtifacts.Cli.Tests.Doctor;

public class DiagnosisTests
{
    private static readonly DoctorFindings s_healthy = DoctorSamples.Healthy;

    [Fact]
    public void Of_HealthyMachine_FindsNothing() => Assert.Empty(Diagnosis.Of(s_healthy));

    [Fact]
    public void Of_MklInsideLibtorch_FindsNothing() =>
        Assert.Empty(Of(torch => torch with { OpenBlas = false, OpenBlasKernels = "", OpenBlasConfiguration = "", BlasPath = "", Mkl = true }));

    [Fact]
    public void Of_ArmMachine_FindsNothing() => Assert.Empty(Diagnosis.Of(s_healthy with
    {
        Processor = new("Arm64", "NEON", 8),
        Torch = DoctorSamples.Torch with { OpenBlasKernels = "neoversen1", OneDnn = false, InstructionSet = "DEFAULT" },
    }));

    [Theory]
    [InlineData(TorchLoadProblem.Missing, "library-missing", "run ./spot")]
    [InlineData(TorchLoadProblem.WrongAbi, "library-abi", "rebuilds")]
    [InlineData(TorchLoadProblem.Refused, "library-refused", "libtorch-dev")]
    [InlineData(null, "library-fails", "artifacts/")]
    public void Of_LibraryDoesNotLoad_GivesItsWordsAndARemedy(TorchLoadProblem? problem, string code, string remedy)
    {
        Fault fault = Assert.Single(Diagnosis.Of(s_healthy with { Torch = null, Throughput = null, TorchFailure = new(problem, "the loader says: no") }));

        Assert.Equal((code, "the loader says: no"), (fault.Code, fault.Problem));
        Assert.Contains(remedy, fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ImageCodecsDoNotLoad_GivesTheirWords() =>
        Assert.Equal(("image-codecs", "tried everything"), Single(s_healthy with { ImageCodecsFailure = "tried everything" }));

    [Theory]
    [InlineData("/usr/lib/blas/libblas.so.3.11.0", "/usr/lib/blas/libblas.so.3.11.0")]
    [InlineData("", "libtorch itself")]
    public void Of_NeitherOpenBlasNorMkl_SaysWhatToInstall(string path, string named)
    {
        Fault fault = Assert.Single(Of(torch => torch with { OpenBlas = false, OpenBlasKernels = "", BlasPath = path }));

        Assert.Equal("reference-blas", fault.Code);
        Assert.Contains(named, fault.Problem, StringComparison.Ordinal);
        Assert.Contains("libopenblas0-openmp", fault.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Prescott", "AVX512", "SKYLAKEX")]
    [InlineData("PRESCOTT", "AVX2", "HASWELL")]
    [InlineData("Sandybridge", "AVX2", "HASWELL")]
    [InlineData("Nehalem", "AVX2", "HASWELL")]
    public void Of_OldOpenBlasKernels_SaysWhichToSet(string kernels, string instructions, string remedy)
    {
        Fault fault = Assert.Single(Diagnosis.Of(s_healthy with
        {
            Processor = DoctorSamples.Processor with { Instructions = instructions, OpenBlasCoreType = kernels },
            Torch = DoctorSamples.Torch with { OpenBlasKernels = kernels },
        }));

        Assert.Equal("old-kernels", fault.Code);
        Assert.Equal($"set OPENBLAS_CORETYPE={remedy} (it is {kernels})", fault.Remedy);
    }

    [Theory]
    [InlineData("Haswell")]
    [InlineData("Zen")]
    [InlineData("SkylakeX")]
    [InlineData("Cooperlake")]
    [InlineData("SapphireRapids")]
    public void Of_RecentOpenBlasKernels_FindsNothing(string kernels) => Assert.Empty(Of(torch => torch with { OpenBlasKernels = kernels }));

    [Fact]
    public void Of_OldKernelsOnAnOldProcessor_FindsTheProcessorOnly() => Assert.Equal("no-avx2", Single(s_healthy with
    {
        Processor = DoctorSamples.Processor with { Instructions = "AVX" },
        Torch = DoctorSamples.Torch with { OpenBlasKernels = "Sandybridge", InstructionSet = "DEFAULT" },
    }).Code);

    [Theory]
    [InlineData("DEFAULT")]
    [InlineData("NO AVX")]
    [InlineData("unknown")]
    public void Of_LibtorchWithoutVectors_SaysSo(string instructions) =>
        Assert.Equal("torch-instructions", Assert.Single(Of(torch => torch with { InstructionSet = instructions })).Code);

    [Fact]
    public void Of_NoOneDnn_SaysSo() => Assert.Equal("no-onednn", Assert.Single(Of(torch => torch with { OneDnn = false })).Code);

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
    public void Of_SeveralFaults_ListsAll() => Assert.Equal(["image-codecs", "no-onednn", "one-thread"], Diagnosis.Of(s_healthy with
    {
        ImageCodecsFailure = "no",
        Torch = DoctorSamples.Torch with { OneDnn = false, Threads = 1 },
    }).Select(fault => fault.Code));

    private static IReadOnlyList<Fault> Of(Func<TorchRuntime, TorchRuntime> change) =>
        Diagnosis.Of(s_healthy with { Torch = change(DoctorSamples.Torch) });

    private static (string Code, string Problem) Single(DoctorFindings findings)
    {
        Fault fault = Assert.Single(Diagnosis.Of(findings));
        return (fault.Code, fault.Problem);
    }
}
