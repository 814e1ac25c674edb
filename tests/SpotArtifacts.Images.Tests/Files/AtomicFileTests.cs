using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_ExistingFile_IsReplacedWhole()
    {
        AtomicFile.WriteText(_folder.At("file"), "a long first content");
        AtomicFile.WriteText(_folder.At("file"), "second \u00e9");

        Assert.Equal("second \u00e9"u8.ToArray(), File.ReadAllBytes(_folder.At("file")));
        Assert.Equal([_folder.At("file")], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Write_WriterFailsMidway_LeavesTheOldFileAndNothingElse()
    {
        AtomicFile.WriteText(_folder.At("file"), "old");

        Assert.Throws<TimeoutException>(() => AtomicFile.Write(_folder.At("file"), stream =>
        {
            stream.Write(new byte[100_000]);
            throw new TimeoutException();
        }));

        Assert.Equal("old", File.ReadAllText(_folder.At("file")));
        Assert.Equal([_folder.At("file")], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Write_TargetIsAFolder_LeavesNothingBehind()
    {
        Directory.CreateDirectory(_folder.At("file"));

        Assert.ThrowsAny<Exception>(() => AtomicFile.WriteText(_folder.At("file"), "text"));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();
}
