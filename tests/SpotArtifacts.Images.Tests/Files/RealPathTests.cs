using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Tests.Files;

public sealed class RealPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("photos/a.png")]
    [InlineData("./photos/../photos//a.png")]
    [InlineData("linked/a.png")]
    [InlineData("photos/loop/photos/a.png")]
    public void OfFile_AnyWayToIt_IsTheSame(string path)
    {
        _folder.WriteImage("photos/a.png");
        Directory.CreateSymbolicLink(_folder.At("linked"), "photos");
        Directory.CreateSymbolicLink(_folder.At("photos/loop"), "..");
        RealPath paths = new();

        Assert.Equal(paths.OfFile(_folder.At("photos/a.png")), paths.OfFile(_folder.At(path)));
        Assert.Equal(
            paths.OfFile(_folder.At("photos/a.png")),
            paths.OfFile(Path.GetRelativePath(Environment.CurrentDirectory, _folder.At(path))));
    }

    [Fact]
    public void OfFile_LinkBesideItsTarget_KeepsItsName()
    {
        _folder.WriteImage("a.png");
        File.CreateSymbolicLink(_folder.At("b.png"), "a.png");
        Assert.EndsWith("b.png", new RealPath().OfFile(_folder.At("b.png")), StringComparison.Ordinal);
    }

    [Fact]
    public void OfFile_PlaceInAnArchive_FollowsTheWayToTheArchive()
    {
        _folder.Write("shards/s.tar", []);
        Directory.CreateSymbolicLink(_folder.At("linked"), "shards");
        RealPath paths = new();
        Assert.Equal(
            paths.OfFile(_folder.At("shards/s.tar")) + ":x/../y.png", paths.OfFile(_folder.At("linked/s.tar:x/../y.png")));
    }

    public void Dispose() => _folder.Dispose();
}
