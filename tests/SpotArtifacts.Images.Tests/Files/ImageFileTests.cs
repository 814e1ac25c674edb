using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Tests.Files;

public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Length_LinkToALink_IsTheFilesOwn()
    {
        string file = _folder.Write("a/file", new byte[1000]);
        File.CreateSymbolicLink(_folder.At("one"), file);
        File.CreateSymbolicLink(_folder.At("two"), "one");

        Assert.Equal(1000, ImageFile.Length(_folder.At("two")));
        byte[] read = new byte[1000];
        Assert.True(ImageFile.TryRead(_folder.At("two"), read));
    }

    [Fact]
    public void Length_DanglingLink_Throws()
    {
        File.CreateSymbolicLink(_folder.At("one"), "gone");
        Assert.ThrowsAny<IOException>(() => ImageFile.Length(_folder.At("one")));
    }

    [Fact]
    public void Open_Pipe_IsRefusedWithoutWaiting()
    {
        UnixFiles.MakePipe(_folder.At("pipe"));
        Assert.Equal("pipe (FIFO)", ImageFile.OddType(_folder.At("pipe")));
        foreach (Action read in (Action[])[() => ImageFile.Open(_folder.At("pipe")), () => ImageFile.Length(_folder.At("pipe")),
            () => ImageFile.Head(_folder.At("pipe"), 1), () => ImageFile.Lines(_folder.At("pipe"))])
            Assert.Contains("pipe (FIFO)", Assert.ThrowsAny<IOException>(read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LinkToADevice_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs devices in the file system");
        File.CreateSymbolicLink(_folder.At("endless"), "/dev/zero");
        IOException refusal = Assert.ThrowsAny<IOException>(() => ImageFile.Open(_folder.At("endless")));
        Assert.Contains("device", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
