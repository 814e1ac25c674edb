namespace SpotArtifacts.Torch.Tests;

public class TorchRuntimeTests
{
    [Fact]
    public void Describe_LoadedLibrary_SaysWhatItIs()
    {
        TorchRuntime runtime = TorchRuntime.Describe();

        Assert.Matches(@"^\d+\.\d+", runtime.Version);
        Assert.True(File.Exists(runtime.Path), runtime.Path);
        Assert.True(runtime.BlasPath.Length == 0 || new FileInfo(runtime.BlasPath) is { Exists: true, LinkTarget: null }, runtime.BlasPath);
        Assert.Equal(runtime.OpenBlas, runtime.OpenBlasKernels.Length > 0);
        Assert.Equal(runtime.OpenBlas, runtime.OpenBlasConfiguration.Contains("OpenBLAS", StringComparison.Ordinal));
        Assert.Contains("gloo", runtime.ProcessGroups);
        Assert.NotEqual("unknown", runtime.InstructionSet);
    }

    [Fact]
    public void ThreadCount_Set_IsKept()
    {
        TorchRuntime.ThreadCount = 2;
        Assert.Equal((2, 2), (TorchRuntime.ThreadCount, TorchRuntime.Describe().Threads));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void ThreadCount_BelowOne_IsAnError(int threads) => Assert.Throws<TorchException>(() => TorchRuntime.ThreadCount = threads);

    [Theory]
    [InlineData(null, 8, 8)]
    [InlineData("", 8, 8)]
    [InlineData("3", 8, 3)]
    [InlineData("16", 8, 16)]
    [InlineData("4,2", 8, 4)]
    [InlineData("0", 8, 8)]
    [InlineData("-2", 8, 8)]
    [InlineData("many", 8, 8)]
    public void ThreadsFor_Environment_CountsOverTheCores(string? asked, int cores, int threads) =>
        Assert.Equal(threads, TorchRuntime.ThreadsFor(asked, cores));

    [Fact]
    public void UseAllCores_Always_IsInForce() => Assert.Equal(TorchRuntime.UseAllCores(), TorchRuntime.ThreadCount);
}
