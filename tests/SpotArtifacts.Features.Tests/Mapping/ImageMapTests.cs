using SpotArtifacts.Features.Mapping;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Mapping;

public sealed class ImageMapTests : IDisposable
{
    private readonly FeatureFolder _folder = new();

    [Theory]
    [InlineData(MapMethod.Pca)]
    [InlineData(MapMethod.Tsne)]
    public void Make_Images_PlacesEachInTheUnitSquareTheSameEveryTime(MapMethod method)
    {
        _folder.WriteImages("images", 14);
        using SpotModel model = FeatureFolder.Load();
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        ImageMapOptions options = new() { Method = method, MaxImages = 12, Seed = 3 };

        ImageMap map = ImageMap.Make(model, set, options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(12, map.Indices.Distinct().Count());
        Assert.Equal(map.Indices.Order(), map.Indices);
        Assert.All(map.Places,
            place => Assert.True(place is { X: >= -1e-6f and <= 1.000001f, Y: >= -1e-6f and <= 1.000001f }, $"{place}"));
        Assert.Equal(12, map.Places.Distinct().Count());
        Assert.Equal(map.Places, ImageMap.Make(model, set, options, cancellation: TestContext.Current.CancellationToken).Places);
        RgbImage grid = MapPicture.Draw(map, set, side: 16, grid: true, TestContext.Current.CancellationToken),
            free = MapPicture.Draw(map, set, side: 16, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((4 * 16, 3 * 16), (grid.Width, grid.Height));
        Assert.Equal((96, 96), (free.Width, free.Height));
        Assert.Contains(free.Pixels, value => value != 24);
    }

    [Fact]
    public void Make_DamagedImage_LeavesItOutAndNamesIt()
    {
        _folder.WriteImages("images", 5);
        _folder.WriteDamaged("images/damaged.png");
        using SpotModel model = FeatureFolder.Load();
        using ImageSet set = ImageSet.Open([_folder.At("images")]);

        ImageMap map = ImageMap.Make(
            model, set, new ImageMapOptions { Method = MapMethod.Pca }, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(5, map.Indices.Count);
        Assert.Equal(_folder.At("images/damaged.png"), Assert.Single(map.Skipped).Name);
    }

    [Fact]
    public void Make_OptionOutOfRange_SaysTheRange()
    {
        _folder.WriteImages("images", 2);
        using SpotModel model = FeatureFolder.Load();
        using ImageSet set = ImageSet.Open([_folder.At("images")]);

        Assert.Contains("3 to 10000",
            Assert.Throws<SpotException>(() =>
            ImageMap.Make(model, set, new ImageMapOptions { MaxImages = 2 }, cancellation: TestContext.Current.CancellationToken))
                .Message, StringComparison.Ordinal);
        Assert.Contains("2 to 1000",
            Assert.Throws<SpotException>(() =>
            ImageMap.Make(model, set, new ImageMapOptions { Perplexity = double.NaN },
                cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("at least 3",
            Assert.Throws<SpotException>(() =>
            ImageMap.Make(model, set, cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
