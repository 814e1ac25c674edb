using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Search;

public sealed class DuplicateFinderTests : IDisposable
{
    private readonly FeatureFolder _folder = new();

    [Fact]
    public void Find_PlantedCopies_GroupsEachWithItsOriginalAndNothingElse()
    {
        for (int i = 0; i < 12; i++)
            Write($"{i:D2}.png", Scenery(i));
        File.Copy(_folder.At("images/00.png"), _folder.At("images/00-exact.png"));
        Write("01-resized.png", Resized(Scenery(1), 48));
        Write("02-cropped.png", Cropped(Scenery(2), 8, 4, 48, 52));
        Write("03-cropped.png", Resized(Cropped(Scenery(3), 0, 16, 48, 48), 80));
        _folder.WriteDamaged("images/damaged.png");
        for (int i = 100; i < 200; i++)
            Write($"{i}.png", Scenery(i)); // also keeps the share of damaged images tolerable
        using SpotModel model = FeatureFolder.Load(DuplicateFinder.ModelOptions);
        using ImageSet set = ImageSet.Open([_folder.At("images")]);

        DuplicateReport report = DuplicateFinder.Find(model, set, new DuplicateOptions { WorkFolder = _folder.At("work") },
            cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(
            ["Exact 00-exact.png 00.png", "Near 01.png 01-resized.png", "Cropped 02.png 02-cropped.png",
            "Cropped 03-cropped.png 03.png"],
            report.Groups.Select(group =>
            $"{group.Kind} {string.Join(' ', group.Images.Select(image => Path.GetFileName(set.Name(image))))}"));
        Assert.Equal(_folder.At("images/damaged.png"), Assert.Single(report.Damaged).Name);
        Assert.False(Directory.Exists(_folder.At("work")));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, RgbImage image) => _folder.WriteFile($"images/{name}", PngFile.Encode(image));

    private static RgbImage Scenery(int seed) => PartialMatchPictures.Smooth(seed, 64, 64);

    private static RgbImage Resized(RgbImage image, int side) =>
        new Resizer().Resize(image, new SourceBox(0, 0, image.Width, image.Height), side, ResizeFilter.Bilinear);

    private static RgbImage Cropped(RgbImage image, int left, int top, int width, int height) =>
        PartialMatchPictures.Crop(image, left, top, width, height);
}
