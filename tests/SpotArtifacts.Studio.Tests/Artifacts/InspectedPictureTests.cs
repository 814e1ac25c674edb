using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Artifacts;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Tests.Models;

namespace SpotArtifacts.Studio.Tests.Artifacts;

public sealed class InspectedPictureTests : IDisposable
{
    private readonly ModelFolder _folder = new(images: 0);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Of_ARunAndItsExportedModel_AreTheSame_AndAsTheInspectorSays()
    {
        RgbImage image = BlockImages.Draw(2);
        using ArtifactInspector inspector = ArtifactInspector.Load(_folder.At("runs/tiny.onnx"));

        InspectedPicture run = await InspectedPicture.OfAsync(_folder.Take(ModelFolder.Run), image),
            exported = await InspectedPicture.OfAsync(_folder.Take(ModelFolder.Exported), image);

        Assert.Equal(inspector.Inspect(image).Repaired, run.Found.Repaired, 1e-4);
        Assert.Equal(exported.Found.Repaired, run.Found.Repaired, 1e-4);
        Assert.Equal(ImageData.Url(HeatMapOverlay.Fit(image)), run.Picture);
        Assert.NotNull(run.Heat);
        Assert.NotEqual(run.Heat, run.Stretched);
    }

    [Fact]
    public void Stretch_AMap_CoversTheWholeRange_AnEvenOneStays()
    {
        Assert.Equal([0, 0.5f, 1, 0], InspectedPicture.Stretch(new DamageMap(2, 2, [0.25f, 0.375f, 0.5f, 0.25f]))!.Values);
        Assert.Equal([0.3f, 0.3f], InspectedPicture.Stretch(new DamageMap(1, 2, [0.3f, 0.3f]))!.Values);
        Assert.Null(InspectedPicture.Stretch(null));
    }

    [Fact]
    public async Task Of_ANetworkForRotations_IsRefused()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "models", "rotation.onnx"), _folder.At("runs/rotation.onnx"));

        SpotException refused = await Assert.ThrowsAsync<SpotException>(
            () => InspectedPicture.OfAsync(_folder.Take("rotation.onnx"), BlockImages.Draw(2)));

        Assert.Contains("cannot tell repaired images", refused.Message, StringComparison.Ordinal);
    }
}
