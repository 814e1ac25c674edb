using SpotArtifacts.Images;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class ModelWorkTests : IDisposable
{
    private readonly ModelFolder _folder = new(images: 12);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task MakeMap_PlacesEveryImage_AndKeepsMapAndSheet()
    {
        (OpenModel model, SearchSpace space) = await _folder.TakeSpaceAsync();
        Assert.Null(_folder.ModelWork.Map(space));

        WorkItem making = _folder.ModelWork.MakeMap(model.Entry, space);
        await making.Completion;

        Assert.Null(making.Progress.Problem);
        FeatureMap map = _folder.ModelWork.Map(space)!;
        Assert.Equal(Enumerable.Range(0, 12), map.Images);
        Assert.All(map.X.Concat(map.Y), place => Assert.InRange(place, 0, 1));
        RgbImage sheet = ImageDecoder.Decode(await File.ReadAllBytesAsync(
            _folder.ModelWork.SheetFile(space), ModelFolder.Stop), "sheet");
        Assert.Equal((4 * FeatureMap.Side, 3 * FeatureMap.Side), (sheet.Width, sheet.Height));
        Assert.Equal(
            TestImages.PixelAt(DataSheet.Thumbnail(BlockImages.Draw(5), FeatureMap.Side), 3, 3),
            TestImages.PixelAt(sheet, FeatureMap.Side + 3, FeatureMap.Side + 3));
    }

    [Fact]
    public async Task Map_DamagedFile_IsMadeAnew()
    {
        (OpenModel model, SearchSpace space) = await _folder.TakeSpaceAsync();
        await _folder.ModelWork.MakeMap(model.Entry, space).Completion;
        string kept = Directory.GetFiles(_folder.Indices.KeptFolder, "*.map.json").Single();
        await File.WriteAllTextAsync(kept, "{\"Images\":[1", ModelFolder.Stop);

        Assert.Null(_folder.ModelWork.Map(space));
        await _folder.ModelWork.MakeMap(model.Entry, space).Completion;
        Assert.NotNull(_folder.ModelWork.Map(space));
    }

    [Fact]
    public async Task FindCopies_FindsThem_AndKeepsThem()
    {
        _folder.Write("photos/copy.png", PngFile.Encode(BlockImages.Draw(3)));
        (OpenModel model, SearchSpace space) = await _folder.TakeSpaceAsync();
        Assert.Null(_folder.ModelWork.Copies(space));

        WorkItem finding = _folder.ModelWork.FindCopies(model.Entry, space);
        await finding.Completion;

        Assert.Null(finding.Progress.Problem);
        Assert.Null(_folder.ModelWork.FindingCopies(space));
        CopyGroups copies = _folder.ModelWork.Copies(space)!;
        Assert.Equal(13, copies.Looked);
        Assert.Equal([3, 12], Assert.Single(copies.Groups).Images);
    }
}
