using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class SpottingSamplesTests : IDisposable
{
    private const int KeepMaskRow = 4, Rows = 6, Gap = 1, Images = 8;
    private readonly TemporaryFolder _folder = new();

    private string SheetPath => Path.Combine(_folder.Path, "sheet.png");

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Write_DamageInBlocks_ShowsMasksOfWholeBlocks(int block)
    {
        using SpottingBench bench = new(Images, [$"damage.block={block}", "damage.drop_rate=0.5"]);
        int grid = bench.Recipe.Network.BottleneckGrid;
        SpottingSamples.Write(SheetPath, bench.Images, bench.Networks, bench.Recipe);

        bool[][] masks = ReadKeepMasks(grid, bench.Recipe.Network.ImageSize);

        Assert.Contains(masks, mask => mask.Distinct().Count() > 1);
        // Blocks begin at the same place in all masks of a sheet.
        Assert.Contains(Enumerable.Range(0, block * block), begin => masks.All(mask => Enumerable.Range(0, grid * grid)
            .GroupBy(entry => ((entry / grid + begin / block) / block, (entry % grid + begin % block) / block))
            .All(entries => entries.Select(entry => mask[entry]).Distinct().Count() == 1)));
    }

    public void Dispose() => _folder.Dispose();

    // The middle pixel of each entry, black or white.
    private bool[][] ReadKeepMasks(int grid, int size)
    {
        RgbImage sheet = ImageDecoder.Decode(File.ReadAllBytes(SheetPath), SheetPath);
        int side = size * SampleImages.Scale(size), rowHeight = (sheet.Height - Gap) / Rows;
        int top = Gap + KeepMaskRow * rowHeight + (rowHeight - side - Gap);
        return [.. Enumerable.Range(0, Images).Select(image => Enumerable.Range(0, grid * grid).Select(entry =>
        {
            int x = Gap + image * (side + Gap) + Middle(entry % grid), y = top + Middle(entry / grid);
            byte value = sheet.Pixels[3 * (y * sheet.Width + x)];
            Assert.True(value is 0 or 255, $"{value} at {x}, {y}");
            return value == 255;
        }).ToArray())];

        int Middle(int entry) => (2 * entry + 1) * side / (2 * grid);
    }
}
