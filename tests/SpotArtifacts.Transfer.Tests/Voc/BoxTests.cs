using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Voc;

namespace SpotArtifacts.Transfer.Tests.Voc;

public sealed class BoxTests
{
    [Fact]
    public void Overlap_BothEndsInside_CountsPixels()
    {
        // 10 x 10 pixels each, 5 x 10 common: 50 / 150.
        Assert.Equal(1.0 / 3, new Box(0, 0, 9, 9).Overlap(new Box(5, 0, 14, 9)), 12);
        Assert.Equal(1, new Box(3, 4, 3, 4).Overlap(new Box(3, 4, 3, 4)), 12);
        Assert.Equal(0, new Box(0, 0, 9, 9).Overlap(new Box(10, 0, 19, 9)));
    }

    [Fact]
    public void Of_DevkitBox_CountsFromZero() => Assert.Equal(new Box(0, 1, 99, 49), Box.Of(new VocBox(1, 2, 100, 50)));

    [Fact]
    public void Mirrored_Twice_IsItself()
    {
        Assert.Equal(new Box(90, 2, 99, 5), new Box(0, 2, 9, 5).Mirrored(100));
        Assert.Equal(new Box(3, 2, 9, 5), new Box(3, 2, 9, 5).Mirrored(100).Mirrored(100));
    }

    [Fact]
    public void Suppress_OverlapsOfTheStronger_GoWhenAboveTheThreshold()
    {
        Box[] boxes = [new(0, 0, 9, 9), new(0, 0, 9, 8), new(5, 0, 14, 9), new(50, 50, 59, 59)];
        Assert.Equal([1, 3, 2], Box.Suppress(boxes, [0.8f, 0.9f, 0.5f, 0.7f], 0.4));
        // 45 of 145 pixels: 0.31.
        Assert.Equal([1, 3], Box.Suppress(boxes, [0.8f, 0.9f, 0.5f, 0.7f], 0.3));
    }

    [Fact]
    public void Apply_OffsetsBetweenTwoBoxes_GivesTheSecond()
    {
        Box from = new(10, 20, 49, 39), to = new(5, 30, 64, 79);
        BoxOffsets offsets = BoxOffsets.Between(from, to);
        // Centres (30, 30) and (35, 55), sizes 40 x 20 and 60 x 50.
        Assert.Equal((5.0 / 40, 25.0 / 20, Math.Log(1.5), Math.Log(2.5)), (offsets.X, offsets.Y, offsets.Width, offsets.Height));
        Box back = offsets.Apply(from);
        Assert.Equal(to.X1, back.X1, 3);
        Assert.Equal(to.Y2, back.Y2, 3);
    }
}
