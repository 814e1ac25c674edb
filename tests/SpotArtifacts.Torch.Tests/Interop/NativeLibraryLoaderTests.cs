using SpotArtifacts.Torch.Interop;

namespace SpotArtifacts.Torch.Tests.Interop;

public sealed class NativeLibraryLoaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spot-loader-");

    [Fact]
    public void Locate_NamedFolderWithoutLibrary_SaysSoAndLooksNowhereElse()
    {
        TorchException thrown = Assert.Throws<TorchException>(() => NativeLibraryLoader.Locate(_folder.FullName, AppContext.BaseDirectory));

        Assert.Equal(TorchLoadProblem.Missing, thrown.LoadProblem);
        Assert.StartsWith($"SPOT_NATIVE_DIR is {_folder.FullName}, which holds no libspot_torch.so", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Locate_NamedFolderWithLibrary_IsTaken()
    {
        string file = Write("libspot_torch.so");

        Assert.Equal(file, NativeLibraryLoader.Locate(_folder.FullName, "/"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Locate_NothingNamed_WalksUpToArtifacts(string? named)
    {
        string file = Write("artifacts/native/libspot_torch.so");

        Assert.Equal(file, NativeLibraryLoader.Locate(named, Path.Combine(_folder.FullName, "a", "b")));
    }

    [Fact]
    public void Locate_BesideTheProgram_IsTakenWhereNoArtifactsAre()
    {
        string file = Write("libspot_torch.so");

        Assert.Equal(file, NativeLibraryLoader.Locate(null, _folder.FullName));
    }

    [Fact]
    public void Locate_NothingAnywhere_SaysWhatToDo()
    {
        TorchException thrown = Assert.Throws<TorchException>(() => NativeLibraryLoader.Locate(null, "/"));

        Assert.Equal(TorchLoadProblem.Missing, thrown.LoadProblem);
        Assert.Contains("run ./spot once", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TextFile_QuotesTheLoader()
    {
        string file = Write("libspot_torch.so");

        TorchException thrown = Assert.Throws<TorchException>(() => NativeLibraryLoader.Load(file));

        Assert.Equal(TorchLoadProblem.Refused, thrown.LoadProblem);
        Assert.StartsWith($"cannot load {file}; the loader says: ", thrown.Message, StringComparison.Ordinal);
        Assert.Matches("file too short|invalid ELF header", thrown.Message);
    }

    [Fact]
    public void Load_SomeOtherLibrary_SaysSo()
    {
        string other = Path.Combine(Path.GetDirectoryName(NativeLibraryLoader.Locate(
            Environment.GetEnvironmentVariable(NativeLibraryLoader.FolderVariable), AppContext.BaseDirectory))!, "libspot_images.so");
        Assert.SkipUnless(File.Exists(other), "the image codecs are not built");

        TorchException thrown = Assert.Throws<TorchException>(() => NativeLibraryLoader.Load(other));

        Assert.Equal(TorchLoadProblem.WrongAbi, thrown.LoadProblem);
        Assert.Contains("no spot_abi_version", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckAbi_OtherNumber_NamesBoth()
    {
        TorchException thrown = Assert.Throws<TorchException>(() => NativeLibraryLoader.CheckAbi(77, "lib.so"));

        Assert.Equal(TorchLoadProblem.WrongAbi, thrown.LoadProblem);
        Assert.StartsWith($"lib.so has ABI 77, this build needs {SpotTorch.AbiVersion}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckAbi_LoadedLibrary_Agrees() => NativeLibraryLoader.CheckAbi(SpotTorch.GetAbiVersion(), "the loaded one");

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "This is a text file, and long enough to be read as a header: it has more than sixty-four bytes.");
        return path;
    }
}
