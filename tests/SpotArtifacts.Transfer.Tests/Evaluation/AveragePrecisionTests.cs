using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class AveragePrecisionTests
{
    // Right, wrong, right, wrong, wrong, right of 4 positives: precision 1, 1/2, 2/3, 2/4, 2/5, 3/6; recall 1/4, 1/4, 2/4, ...,
    // 3/4.
    private static readonly bool[] s_right = [true, false, true, false, false, true];

    [Fact]
    public void ElevenPoint_HandComputed_IsTheMeanOverElevenRecalls() =>
        // Recalls 0, .1, .2: 1; .3, .4, .5: 2/3; .6, .7: 1/2; .8, .9, 1: 0.
        Assert.Equal((3 * 1 + 3 * (2.0 / 3) + 2 * 0.5) / 11, AveragePrecision.ElevenPoint(s_right, 4), 12);

    [Fact]
    public void InterpolatedArea_HandComputed_IsTheAreaUnderTheEnvelope() =>
        Assert.Equal(0.25 * 1 + 0.25 * (2.0 / 3) + 0.25 * 0.5, AveragePrecision.InterpolatedArea(s_right, 4), 12);

    [Fact]
    public void Area_HandComputed_DoesNotInterpolate() =>
        // Positives at ranks 1, 3 and 6 of 6, all found: (1 + 2/3 + 3/6) / 3.
        Assert.Equal((1 + 2.0 / 3 + 0.5) / 3, AveragePrecision.Area([6, 5, 4, 3, 2, 1], s_right), 12);

    [Fact]
    public void Area_EqualScores_CrossTheThresholdTogether()
    {
        // 0.9 right; then a tie of one right and one wrong: precision 2/3 for half of the recall. In either order.
        Assert.Equal(0.5 * 1 + 0.5 * (2.0 / 3), AveragePrecision.Area([0.9f, 0.5f, 0.5f], [true, true, false]), 12);
        Assert.Equal(0.5 * 1 + 0.5 * (2.0 / 3), AveragePrecision.Area([0.5f, 0.5f, 0.9f], [false, true, true]), 12);
        Assert.Equal(0.25, AveragePrecision.Area([1, 1, 1, 1], [false, false, true, false]), 12);
    }

    [Fact]
    public void ElevenPoint_RecallsThatAreExactTenths_AreReached() =>
        // All ten found first: precision 1 everywhere, in spite of 3 / 10 != 0.3 in binary.
        Assert.Equal(1, AveragePrecision.ElevenPoint([.. Enumerable.Repeat(true, 10)], 10), 12);

    [Fact]
    public void Rules_NothingFound_AreZero()
    {
        Assert.Equal(0, AveragePrecision.ElevenPoint([false, false], 3));
        Assert.Equal(0, AveragePrecision.InterpolatedArea([], 3));
    }

    [Fact]
    public void Rules_PerfectRanking_AreOne()
    {
        Assert.Equal(1, AveragePrecision.Area([3, 2, 1], [true, true, false]), 12);
        Assert.Equal(1, AveragePrecision.ElevenPoint([3, 2, 1], [true, true, false]), 12);
    }

    [Fact]
    public void Area_ScoreThatIsNoNumber_ComesLast() =>
        Assert.Equal(0.5, AveragePrecision.Area([float.NaN, 1], [true, false]), 12);

    [Fact]
    public void Rules_NoPositive_AreRefused() =>
        Assert.Throws<ArgumentException>(() => AveragePrecision.Area([1, 2], [false, false]));

    [Fact]
    public void Area_RandomScores_IsNearTheShareOfPositives()
    {
        SeededRandom random = new(5);
        float[] scores = new float[4000];
        bool[] positive = new bool[4000];
        for (int i = 0; i < scores.Length; i++)
            (scores[i], positive[i]) = ((float)random.NextDouble(), random.NextInt(5) == 0);
        Assert.InRange(AveragePrecision.Area(scores, positive), 0.18, 0.22);
    }
}
