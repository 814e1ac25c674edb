using SpotArtifacts.Transfer.Voc;

namespace SpotArtifacts.Transfer.Tests.Voc;

public sealed class DetectionMatchingTests
{
    private static readonly Box s_here = new(0, 0, 9, 9), s_there = new(100, 0, 109, 9);

    [Fact]
    public void Match_Duplicate_IsWrong() =>
        Assert.Equal([true, false], DetectionMatching.Match([new(0, s_here, 0.5f), new(0, s_here, 0.9f)],
            [new(0, s_here, false)]).Right);

    [Fact]
    public void Match_DifficultBox_CountsNeitherWay()
    {
        (bool[] right, int positives) =
            DetectionMatching.Match([new(0, s_here, 0.9f), new(0, s_here, 0.8f), new(0, s_there, 0.7f)],
            [new(0, s_here, true), new(0, s_there, false)]);
        Assert.Equal([true], right);
        Assert.Equal(1, positives);
    }

    [Fact]
    public void Match_OverlapOfHalf_IsEnough()
    {
        // 10 x 5 pixels in common with 10 x 10: exactly a half.
        Assert.Equal([true], DetectionMatching.Match([new(0, new Box(0, 0, 9, 4), 1)], [new(0, s_here, false)]).Right);
        Assert.Equal([false], DetectionMatching.Match([new(0, new Box(0, 0, 9, 3), 1)], [new(0, s_here, false)]).Right);
    }

    [Fact]
    public void Match_OtherImage_DoesNotCount() =>
        Assert.Equal([false], DetectionMatching.Match([new(1, s_here, 1)], [new(0, s_here, false)]).Right);

    [Fact]
    public void Match_TwoTrueBoxes_TakesTheOneItOverlapsMost()
    {
        // The stronger detection lies on the second box; the weaker one then still finds the first.
        Box shifted = new(2, 0, 11, 9);
        (bool[] right, _) = DetectionMatching.Match([new(0, shifted, 0.9f), new(0, s_here, 0.8f)],
            [new(0, s_here, false), new(0, shifted, false)]);
        Assert.Equal([true, true], right);
    }

    [Fact]
    public void Measure_HandComputed_GivesBothRules()
    {
        // Right, wrong, right of 2: precision 1, 1/2, 2/3.
        (double eleven, double area) = DetectionMatching.Measure(
            [new(0, s_here, 0.9f), new(0, new Box(50, 50, 59, 59), 0.8f), new(1, s_there, 0.7f)],
            [new(0, s_here, false), new(1, s_there, false)])!.Value;
        Assert.Equal((6 * 1 + 5 * (2.0 / 3)) / 11, eleven, 12);
        Assert.Equal(0.5 + 0.5 * (2.0 / 3), area, 12);
    }

    [Fact]
    public void Measure_NothingToBeFound_IsNothing() =>
        Assert.Null(DetectionMatching.Measure([new(0, s_here, 1)], [new(0, s_here, true)]));
}
