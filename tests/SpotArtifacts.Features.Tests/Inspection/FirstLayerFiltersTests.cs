using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Inspection;

public sealed class FirstLayerFiltersTests
{
    [Fact]
    public void Draw_EachFilter_IsStretchedToItsOwnRange_ZeroIsGrey()
    {
        // Two filters of one pixel: red, green, blue.
        IReadOnlyList<RgbImage> filters = FirstLayerFilters.Draw([0.1f, 0, -0.05f, -8, 4, 8], 2, 1);

        Assert.Equal([255, 128, 64], filters[0].Pixels);
        Assert.Equal([0, 191, 255], filters[1].Pixels);
    }

    [Fact]
    public void Of_AModel_HasAsManyAsConv1HasChannels()
    {
        ModelFile file = ModelFile.Open(TestFiles.Spotting);

        IReadOnlyList<RgbImage> filters = FirstLayerFilters.Of(file);

        Assert.Equal(file.Metadata.Description[FeatureLayer.Conv1].Channels, filters.Count);
        Assert.All(filters, filter => Assert.Equal(filters[0].Width, filter.Height));
    }
}
