using SpotArtifacts.Images;
using SpotArtifacts.Studio.Server;
using SpotArtifacts.Studio.Starting;

namespace SpotArtifacts.Studio.Tests.Starting;

public sealed class ImagePlacesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImagePlacesTests()
    {
        BlockImages.Write(_folder, "photos/inner", 3);
        BlockImages.Write(_folder, "private", 2);
        Directory.CreateDirectory(_folder.At("runs"));
    }

    private ImagePlaces Places => new(new AllowedFolders(_folder.At("runs"), [_folder.At("photos")]));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_FolderInside_ListsItsImages()
    {
        using ImageSet set = Places.Open(_folder.At("photos"), TestContext.Current.CancellationToken);

        Assert.Equal(3, set.Count);
        Assert.Equal([_folder.At("photos/inner")], Places.Inside(_folder.At("photos")));
        Assert.Empty(Places.Inside(_folder.At("private")));
    }

    [Theory]
    [InlineData("private")]
    [InlineData("runs")]
    [InlineData("photos/../private")]
    [InlineData("")]
    public void Open_PlaceOutside_IsRefused(string place) => Assert.Throws<StudioException>(
        () => Places.Open(place.Length == 0 ? "" : _folder.At(place), TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("folder")]
    [InlineData("file")]
    public void Open_LinkInsideThatLeadsOutside_IsRefusedByName(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        if (kind == "folder")
            Directory.CreateSymbolicLink(_folder.At("photos/inner/way-out"), _folder.At("private"));
        else
            File.CreateSymbolicLink(_folder.At("photos/way-out"), _folder.At("private/0000.png"));

        StudioException refused = Assert.Throws<StudioException>(
            () => Places.Open(_folder.At("photos"), TestContext.Current.CancellationToken));

        Assert.Contains("way-out", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ListThatNamesAFileOutside_IsRefusedByName()
    {
        string list = _folder.Write("photos/list.txt", "../private/0000.png\n"u8.ToArray());

        StudioException refused =
            Assert.Throws<StudioException>(() => Places.Open(list, TestContext.Current.CancellationToken));

        Assert.Contains("0000.png", refused.Message, StringComparison.Ordinal);
    }
}
