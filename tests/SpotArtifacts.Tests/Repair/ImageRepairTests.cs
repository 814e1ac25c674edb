using SpotArtifacts.Images;
using SpotArtifacts.Repair;
using SpotArtifacts.Tests.Export;

namespace SpotArtifacts.Tests.Repair;

public sealed class ImageRepairTests : IDisposable
{
    private readonly TinyWeights _tiny = new();
    private readonly RepairingNetworks _networks;

    public ImageRepairTests() => _networks = RepairingNetworks.Load(_tiny.Weights);

    [Fact]
    public void Repair_NothingDropped_IsTheDecodedImage()
    {
        float[] keep = new float[16];
        Array.Fill(keep, 1f);

        RepairedImage image = Assert.Single(
            new ImageRepair(_networks, new ImageRepairOptions { Mask = keep }).Repair([(0, BlockImages.Draw(1))]));

        Assert.Equal(image.Decoded.Pixels, image.Damaged.Pixels);
        Assert.Equal(image.Decoded.Pixels, image.Repaired.Pixels);
        Assert.Equal(image.Verdicts.Decoded, image.Verdicts.Repaired, 1e-6);
    }

    [Fact]
    public void Repair_OneCornerDropped_ChangesThatCornerAlone()
    {
        float[] keep = new float[16];
        Array.Fill(keep, 1f);
        keep[0] = 0;

        RepairedImage image = new ImageRepair(_networks, new ImageRepairOptions { Mask = keep }).Repair(
            [(0, BlockImages.Draw(1))])[0];

        Assert.NotEqual(At(image.Decoded, 2, 2), At(image.Repaired, 2, 2));
        Assert.NotEqual(image.Damaged.Pixels, image.Repaired.Pixels);
        Assert.Equal(At(image.Decoded, 28, 28), At(image.Repaired, 28, 28));
    }

    [Fact]
    public void Repair_SameNumberAndSeed_GivesTheSameMaskInAnyBatch()
    {
        var repair = new ImageRepair(_networks, new ImageRepairOptions { DropRate = 0.5, Seed = 7 });

        IReadOnlyList<RepairedImage> together = repair.Repair([(4, BlockImages.Draw(4)), (5, BlockImages.Draw(5))]);
        RepairedImage alone = repair.Repair([(5, BlockImages.Draw(5))])[0];

        Assert.Equal(alone.Mask, together[1].Mask);
        Assert.NotEqual(together[0].Mask, together[1].Mask);
        Assert.NotEqual(alone.Mask,
            new ImageRepair(_networks, new ImageRepairOptions { DropRate = 0.5, Seed = 8 }).Repair([(5, BlockImages.Draw(5))])[0]
            .Mask);
    }

    [Fact]
    public void Repair_DropRate_IsTheShareOfDroppedPlaces()
    {
        (int, RgbImage)[] images = [.. Enumerable.Range(0, 60).Select(i => (i, BlockImages.Draw(1)))];

        double kept = new ImageRepair(_networks, new ImageRepairOptions { DropRate = 0.3 }).Repair(images)
            .SelectMany(image => image.Mask).Average();

        Assert.Equal(0.7, kept, 0.05);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Create_DropRateOutOfRange_SaysTheRange(double rate) =>
        Assert.Contains("above 0 and below 1",
            Assert.Throws<SpotException>(() => new ImageRepair(_networks, new ImageRepairOptions { DropRate = rate })).Message,
            StringComparison.Ordinal);

    public void Dispose()
    {
        _networks.Dispose();
        _tiny.Dispose();
    }

    private static byte[] At(RgbImage image, int x, int y) => image.Pixels.AsSpan(3 * (y * image.Width + x), 3).ToArray();
}
