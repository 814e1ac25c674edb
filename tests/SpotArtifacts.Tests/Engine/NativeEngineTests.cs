using SpotArtifacts.Engine;
using TorchSharp;

namespace SpotArtifacts.Tests.Engine;

public sealed class NativeEngineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spot-engine-");

    [Fact]
    public void Properties_Loaded_SayWhatIsInUse()
    {
        Assert.True(File.Exists(NativeEngine.LibtorchPath));
        Assert.Equal(EngineLibraries.TorchFile, Path.GetFileName(NativeEngine.LibtorchPath));
        Assert.True(NativeEngine.PatchedCopy is null || File.Exists(NativeEngine.PatchedCopy));
        Assert.NotEmpty(NativeEngine.PatchedCopyReason);
    }

    // An upgrade of the package must raise the version that other installations are held to.
    [Fact]
    public void RequiredVersion_TorchSharp_IsTheOneItWasCompiledAgainst()
    {
        Assert.StartsWith($"{NativeEngine.RequiredVersion}.", torch.__version__, StringComparison.Ordinal);
        Assert.StartsWith($"{NativeEngine.LibtorchVersion}.", torch.__version__ + ".", StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Process_HasOneLibtorchMapped()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("there is no /proc/self/maps");

        string[] mapped = [.. File.ReadLines("/proc/self/maps")
            .Where(line => line.EndsWith($"/{EngineLibraries.TorchFile}", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/')..]).Distinct()];

        Assert.Equal([NativeEngine.LibtorchPath], mapped);
    }

    [Fact]
    public async Task EnsureLoaded_ManyThreads_AllReturn() =>
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(NativeEngine.EnsureLoaded)));

    [Fact]
    public void CheckVersion_AnyAskedFor_WarnsWhereItDoesNotFit()
    {
        Assert.Null(NativeEngine.CheckVersion("2.10.0", "lib.so", "any"));
        Assert.Equal(
            "lib.so is libtorch 2.11.0, TorchSharp was compiled against 2.10: taken because SPOT_LIBTORCH_VERSION is 'any'; trust "
                + "its numbers only after spot verify",
            NativeEngine.CheckVersion("2.11.0", "lib.so", "any"));
        Assert.StartsWith("SPOT_LIBTORCH_VERSION is '2.11'; its one value is 'any'",
            Assert.Throws<NativeEngineException>(() => NativeEngine.CheckVersion("2.11.0", "lib.so", "2.11")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.10", true)]
    [InlineData("2.10.0", true)]
    [InlineData("2.10.1", true)]
    [InlineData("2.1.0", false)]
    [InlineData("2.100.0", false)]
    [InlineData("2.11.0", false)]
    [InlineData("older than 2.9", false)]
    public void CheckVersion_OtherThanRequired_IsAnErrorThatNamesBoth(string version, bool fits)
    {
        if (fits)
            NativeEngine.CheckVersion(version, "lib.so");
        else
            Assert.Equal(
                $"lib.so is libtorch {version}; TorchSharp needs 2.10: reference that version of the libtorch package, or set "
                    + "SPOT_LIBTORCH to a PyTorch of that version",
                Assert.Throws<NativeEngineException>(() => NativeEngine.CheckVersion(version, "lib.so")).Message);
    }

    [Theory]
    [InlineData(null, 7)]
    [InlineData("", 7)]
    [InlineData("3", 3)]
    [InlineData("3,2", 3)]
    [InlineData("many", 7)]
    [InlineData("0", 7)]
    [InlineData("-2", 7)]
    public void ThreadsFor_Environment_IsTheFirstNumberElseTheCores(string? asked, int expected) =>
        Assert.Equal(expected, NativeEngine.ThreadsFor(asked, 7));

    [Fact]
    public void ThreadCount_SetAndRead_IsTheSame()
    {
        int before = NativeEngine.ThreadCount;

        Assert.Equal(1, NativeEngine.SetThreads(1));
        Assert.Equal(2, NativeEngine.SetThreads(2));
        Assert.Equal(2, torch.get_num_threads());
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeEngine.ThreadCount = 0);

        NativeEngine.ThreadCount = before;
    }

    [Fact]
    public void TorchFolder_NamedWithoutLibtorch_SaysWhatItLookedForAndLooksNowhereElse()
    {
        string message =
            Assert.Throws<NativeEngineException>(() => EngineLibraries.TorchFolder(_folder.FullName,
            [Path.GetDirectoryName(NativeEngine.LibtorchPath)!])).Message;

        Assert.StartsWith($"SPOT_LIBTORCH is {_folder.FullName}, which holds no libtorch: looked for ", message,
            StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder.FullName, "lib", EngineLibraries.TorchFile), message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lib")]
    public void TorchFolder_Named_IsItOrItsLib(string below)
    {
        string file = Write(Path.Combine(below, EngineLibraries.TorchFile));

        Assert.Equal(Path.GetDirectoryName(file), EngineLibraries.TorchFolder(_folder.FullName, []));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void TorchFolder_NothingNamed_IsTheFirstOfTheProgramsOwn(string? named)
    {
        string file = Write(Path.Combine("b", EngineLibraries.TorchFile));

        Assert.Equal(Path.GetDirectoryName(file),
            EngineLibraries.TorchFolder(named, [Path.Combine(_folder.FullName, "a"), Path.Combine(_folder.FullName, "b")]));
    }

    [Fact]
    public void TorchFolder_Nowhere_SaysWhereItLookedAndWhatToReference()
    {
        string message =
            Assert.Throws<NativeEngineException>(() => EngineLibraries.TorchFolder(null, [_folder.FullName])).Message;

        Assert.StartsWith(
            $"{EngineLibraries.TorchFile} was not found in {_folder.FullName}; reference the package libtorch-cpu-", message,
            StringComparison.Ordinal);
        Assert.Contains("or set SPOT_LIBTORCH", message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadOrder_FolderWithCuda_PutsEachAfterWhatItNeeds()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the names are Linux's");
        foreach (string name in (string[])["libtorch.so", "libtorch_cuda.so", "libtorch_cpu.so", "libc10.so", "libc10_cuda.so",
            "libgomp-98b21ff3.so.1", "libtorch_python.so"])
            Write(name);

        Assert.Equal(
            ["libgomp-98b21ff3.so.1", "libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so"],
            EngineLibraries.LoadOrder(_folder.FullName).Select(Path.GetFileName));
    }

    [Fact]
    public void OwnTorch_OtherFolderInUse_IsWhatTorchSharpWouldLoad()
    {
        string file = Write(EngineLibraries.TorchFile);

        Assert.Equal([file], EngineLibraries.OwnTorch([_folder.FullName], "/elsewhere"));
        Assert.Empty(EngineLibraries.OwnTorch([_folder.FullName], _folder.FullName));
    }

    [Fact]
    public void Load_TextFile_QuotesTheLoaderAndSaysWhatToDo()
    {
        string file = Write(EngineLibraries.TorchFile);

        string message = Assert.Throws<NativeEngineException>(() => EngineLibraries.Load(file)).Message;

        Assert.StartsWith($"cannot load {file}; the loader says: ", message, StringComparison.Ordinal);
        Assert.Contains("reference the package libtorch-cpu-", message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
            Assert.Matches("file too short|invalid ELF header", message);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path,
            "This is a text file, and long enough to be read as a header: it has more than sixty-four bytes.");
        return path;
    }
}
