using SpotArtifacts.Engine;

namespace SpotArtifacts.Tests.Engine;

public sealed class LoadableCopyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spot-copy-");

    [Theory]
    [InlineData("GLIBCXX_3.4.30", 1)]
    [InlineData("GLIBCXX_3.4.32", 0)]
    public void Missing_SystemsLibrary_IsWhatItDoesNotDefine(string newest, int expected)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the library is an ELF file on Linux only");
        string file = Path.Combine(EngineLibraries.Folder(EngineLibraries.TorchSharpFile, EngineLibraries.OwnFolders()),
            EngineLibraries.TorchSharpFile);
        ElfLibrary library = ElfLibrary.Read(File.ReadAllBytes(file));
        HashSet<string> defined = [.. library.Needs.Select(need => need.Version).Where(version => version != "GLIBCXX_3.4.32"),
            newest];

        Assert.Equal(expected, LoadableCopy.Missing(library, defined).Length);
        Assert.Equal(library.Needs.Count(need => need.Library == "libstdc++.so.6"),
            LoadableCopy.Missing(library, new HashSet<string>()).Length);
    }

    [Fact]
    public void Store_FirstTime_WritesTheChangedBytesUnderANameWithTheOriginalsChecksum()
    {
        string file = LoadableCopy.Store("/somewhere/libLibTorchSharp.so", [1, 2, 3], [1, 2, 4], [In("made/here")]);

        Assert.Equal(Path.Combine(In("made/here"), "libLibTorchSharp-f130f21e.so"), file);
        Assert.Equal([1, 2, 4], File.ReadAllBytes(file));
    }

    [Fact]
    public void Store_CopyIsThere_TakesItAsItIs()
    {
        string first = LoadableCopy.Store("/a/lib.so", [1, 2, 3], [1, 2, 4], [_folder.FullName]);
        DateTime written = File.GetLastWriteTimeUtc(first).AddHours(-1);
        File.SetLastWriteTimeUtc(first, written);

        Assert.Equal(first, LoadableCopy.Store("/a/lib.so", [1, 2, 3], [1, 2, 4], [_folder.FullName]));
        Assert.Equal(written, File.GetLastWriteTimeUtc(first));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Store_CopyIsDamaged_ReplacesIt()
    {
        string file = LoadableCopy.Store("/a/lib.so", [1, 2, 3], [1, 2, 4], [_folder.FullName]);
        File.WriteAllBytes(file, [1, 2]);

        LoadableCopy.Store("/a/lib.so", [1, 2, 3], [1, 2, 4], [_folder.FullName]);

        Assert.Equal([1, 2, 4], File.ReadAllBytes(file));
    }

    // A file where a folder should be refuses for every user, the superuser too.
    [Fact]
    public void Store_FirstFolderRefuses_TakesTheNext()
    {
        File.WriteAllText(In("file"), "");

        string file = LoadableCopy.Store("/a/lib.so", [1], [2], [In("file/below"), In("other")]);

        Assert.Equal(In("other"), Path.GetDirectoryName(file));
    }

    [Fact]
    public void Store_EveryFolderRefuses_IsAnErrorThatSaysWhyAndWhatToDo()
    {
        File.WriteAllText(In("file"), "");

        string message =
            Assert.Throws<NativeEngineException>(() => LoadableCopy.Store("/a/lib.so", [1], [2], [In("file/below")])).Message;

        Assert.Contains(In("file"), message, StringComparison.Ordinal);
        Assert.Contains("set XDG_CACHE_HOME", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ManyAtOnce_LeavesOneWholeFile()
    {
        byte[] content = new byte[1 << 20], changed = new byte[1 << 20];
        new Random(1).NextBytes(changed);

        string[] files = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => LoadableCopy.Store("/a/lib.so", content, changed, [_folder.FullName]))));

        Assert.Single(files.Distinct());
        Assert.Equal(changed, File.ReadAllBytes(Assert.Single(_folder.GetFiles()).FullName));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
