using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Tests.Files;

public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void RequireNew_NewFile_LeavesNothing()
    {
        OutputFile.RequireNew(_folder.At("new.png"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void RequireNew_ExistingFile_IsRefused() =>
        Refuses(OutputFile.RequireNew, _folder.Write("old", [1]), "exists already and is never overwritten");

    [Fact]
    public void RequireWritable_ExistingFile_IsLeftAsItIs()
    {
        string file = _folder.Write("old", [1]);
        OutputFile.RequireWritable(file);
        Assert.Equal([1], File.ReadAllBytes(file));
    }

    [Fact]
    public void RequireWritable_Folder_IsRefused() => Refuses(OutputFile.RequireWritable, _folder.Path, "it is a folder");

    [Theory]
    [InlineData("absent/file")]
    [InlineData("file/below")]
    public void RequireWritable_NoSuchFolder_IsRefused(string name)
    {
        _folder.Write("file", [1]);
        Refuses(OutputFile.RequireWritable, _folder.At(name), "its folder does not exist");
    }

    [Theory]
    [InlineData("")]
    [InlineData("new")]
    [InlineData("new/below/")]
    public void RequireFolder_NewOrThere_MakesNothing(string name)
    {
        OutputFile.RequireFolder(_folder.At(name));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("file", "is no folder; name another")]
    [InlineData("file/below/further", "file is no folder; name one that lies elsewhere")]
    [InlineData("link", "is no folder; name another")]
    public void RequireFolder_SomethingElseInTheWay_IsNamed(string name, string reason)
    {
        _folder.Write("file", [1]);
        File.CreateSymbolicLink(_folder.At("link"), "nowhere");
        Refuses(OutputFile.RequireFolder, _folder.At(name), reason);
    }

    [Theory]
    [InlineData("/proc/spot/new")]
    [InlineData("/proc")]
    [InlineData("/sys/kernel/new")]
    public void RequireFolder_NothingMayBeWritten_IsNamed(string path)
    {
        Assert.SkipUnless(Directory.Exists("/proc/self") && Directory.Exists("/sys/kernel"), "no /proc and /sys");
        Refuses(OutputFile.RequireFolder, path, "cannot be written: ");
    }

    [Fact]
    public void Write_FullDevice_NamesItAndLeavesItThere()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "no /dev/full");
        string link = _folder.At("full.png");
        File.CreateSymbolicLink(link, "/dev/full");

        OutputFile.RequireNew(link);
        Refuses(path => AtomicFile.Write(path, new byte[100_000]), link, "cannot be written: No space left on device");

        Assert.Equal("/dev/full", new FileInfo(link).LinkTarget);
    }

    public void Dispose() => _folder.Dispose();

    private static void Refuses(Action<string> check, string path, string reason)
    {
        string message = Assert.Throws<OutputException>(() => check(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }
}
