using SpotArtifacts.Repair;
using SpotArtifacts.Studio.Artifacts;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Tests.Models;

namespace SpotArtifacts.Studio.Tests.Artifacts;

public sealed class RepairWorkshopTests : IDisposable
{
    private readonly ModelFolder _folder = new(images: 0);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Repair_PlacesThatAreDropped_AreMended_AllKeptIsTheDecodedImage()
    {
        ModelEntry entry = _folder.Catalog.Find(ModelFolder.Run);
        RepairSizes sizes = await _folder.Workshop.SizesAsync(entry);
        float[] keep = new float[sizes.Grid * sizes.Grid];
        Array.Fill(keep, 1f);

        RepairedImage whole = await _folder.Workshop.RepairAsync(entry, BlockImages.Draw(1), keep);
        keep[0] = 0;
        RepairedImage dropped = await _folder.Workshop.RepairAsync(entry, BlockImages.Draw(1), keep);

        Assert.Equal((32, 4), (sizes.Size, sizes.Grid));
        Assert.Equal(whole.Decoded.Pixels, whole.Repaired.Pixels);
        Assert.Equal(whole.Decoded.Pixels, dropped.Decoded.Pixels);
        Assert.NotEqual(dropped.Damaged.Pixels, dropped.Repaired.Pixels);
    }

    [Fact]
    public async Task Sizes_AnExportedModel_IsRefusedWithWhatToOpen()
    {
        SpotException refused = await Assert.ThrowsAsync<SpotException>(
            () => _folder.Workshop.SizesAsync(_folder.Catalog.Find(ModelFolder.Exported)));

        Assert.Contains("open the run it was exported from", refused.Message, StringComparison.Ordinal);
    }
}
