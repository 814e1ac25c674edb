using SpotArtifacts.Transfer.Voc;

namespace SpotArtifacts.Transfer.Tests.Voc;

public sealed class SegmentationConfusionTests
{
    [Fact]
    public void MeanIntersectionOverUnion_HandComputed_LeavesIgnoredPixelsAndAbsentClassesOut()
    {
        var confusion = new SegmentationConfusion();
        confusion.Add([0, 0, 0, 1, 1, 255], [0, 0, 1, 1, 0, 7]); // background 2 of 4, class 1: 1 of 3
        confusion.Add([3, 3], [3, 0]); // class 3: 1 of 2; background's union grows to 5

        Assert.Equal(2.0 / 5, confusion.IntersectionOverUnion(0)!.Value, 12);
        Assert.Equal(1.0 / 3, confusion.IntersectionOverUnion(1)!.Value, 12);
        Assert.Equal(0.5, confusion.IntersectionOverUnion(3)!.Value, 12);
        Assert.Null(confusion.IntersectionOverUnion(7));
        Assert.Equal((2.0 / 5 + 1.0 / 3 + 0.5) / 3, confusion.MeanIntersectionOverUnion(), 12);
        Assert.Equal(4.0 / 7, confusion.PixelAccuracy, 12);
    }

    [Fact]
    public void MeanIntersectionOverUnion_OneMatrixForAllImages_IsNotTheMeanOverImages()
    {
        var confusion = new SegmentationConfusion();
        confusion.Add([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]);
        confusion.Add([1, 1], [0, 0]);
        Assert.Equal(6.0 / 8, confusion.IntersectionOverUnion(1)!.Value, 12);
    }

    [Fact]
    public void Add_OtherLength_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new SegmentationConfusion().Add([0, 0], [0]));
}
