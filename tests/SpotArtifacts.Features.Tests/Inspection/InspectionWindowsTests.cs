using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Inspection;

public sealed class InspectionWindowsTests
{
    [Fact]
    public void Of_NoTiles_IsTheWholeImage() =>
        Assert.Equal([new SourceBox(0, 0, 640, 480)], InspectionWindows.Of(640, 480, [], 32));

    [Fact]
    public void Of_TwoTilesOnASquare_AreNineHalvesOverlapping()
    {
        IReadOnlyList<SourceBox> windows = InspectionWindows.Of(64, 64, [2], 32);

        Assert.Equal(
            [new(0, 0, 64, 64),
            .. new[] { 0, 16, 32 }.SelectMany(y => new[] { 0, 16, 32 }.Select(x => new SourceBox(x, y, 32, 32)))],
            windows);
    }

    [Theory]
    [InlineData(640, 480, 3)]
    [InlineData(333, 1000, 4)]
    [InlineData(97, 97, 2)]
    public void Of_AnyShape_ReachesEveryEdgeAndLeavesNoGap(int width, int height, int tiles)
    {
        SourceBox[] squares = [.. InspectionWindows.Of(width, height, [tiles], 1).Skip(1)];

        double side = (double)Math.Min(width, height) / tiles;
        Assert.All(squares, square => Assert.Equal((side, side), (square.Width, square.Height)));
        foreach ((double[] starts, int length) in new[] { (Starts(squares, s => s.X), width),
            (Starts(squares, s => s.Y), height) })
        {
            Assert.Equal(0, starts[0]);
            Assert.Equal(length, starts[^1] + side, 1e-9);
            Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1e-6, side / 2 + 1e-9));
        }
    }

    [Theory]
    [InlineData(64, 64, 1)] // would be the whole image again
    [InlineData(64, 64, 3)] // 21 pixels would have to be enlarged
    public void Of_WindowsThatAddNothing_AreLeftOut(int width, int height, int tiles) =>
        Assert.Single(InspectionWindows.Of(width, height, [tiles], 32));

    [Fact]
    public void Of_OneTileOnAWideImage_IsASquareAtEachEnd() =>
        Assert.Equal([new(0, 0, 90, 60), new(0, 0, 60, 60), new(30, 0, 60, 60)], InspectionWindows.Of(90, 60, [1, 1], 32));

    private static double[] Starts(SourceBox[] squares, Func<SourceBox, double> start) =>
        [.. squares.Select(start).Distinct().Order()];
}
