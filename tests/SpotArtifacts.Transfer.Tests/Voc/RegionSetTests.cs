using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Voc;

namespace SpotArtifacts.Transfer.Tests.Voc;

public sealed class RegionSetTests
{
    private static readonly VocObject s_dog = new(11, new VocBox(1, 1, 20, 20), false, false),
    s_cat = new(7, new VocBox(51, 1, 70, 20), true, false);

    [Fact]
    public void Of_Proposals_SortsByOverlapAndLeavesDifficultAndEasyOut()
    {
        RegionSet set = RegionSet.Of([s_dog, s_cat], [new(0, 0, 19, 14), new(0, 0, 19, 5), new(0, 0, 19, 1), new(50, 0, 69, 19)]);

        // the true box itself, 0.75
        Assert.Equal([new Box(0, 0, 19, 19), new Box(0, 0, 19, 14)], set.ForegroundRegions.Select(r => r.Box));
        // 0.3 and 0.1; the cat is difficult, so its place is nothing
        Assert.Equal([new Box(0, 0, 19, 5), new Box(0, 0, 19, 1)], set.BackgroundRegions.Select(r => r.Box));
        Assert.All(set.ForegroundRegions, region => Assert.Equal(12, region.Class));
        Assert.Equal(Math.Log(20.0 / 15), set.ForegroundRegions[1].Target.Height, 6);
    }

    [Fact]
    public void Mirrored_Regions_MirrorsBoxesAndTheirShift()
    {
        RegionSet set = RegionSet.Of([s_dog], [new(5, 0, 24, 19)]);
        TrainingRegion region = set.Mirrored(100).ForegroundRegions[1];
        Assert.Equal(new Box(75, 0, 94, 19), region.Box);
        Assert.Equal(new Box(80, 0, 99, 19), region.Target.Apply(region.Box));
    }

    [Fact]
    public void Sample_EnoughOfBoth_HasAQuarterForegroundAndNoneTwice()
    {
        RegionSet set =
            RegionSet.Of([s_dog], [.. Enumerable.Range(0, 40).Select(i => new Box(0, 0, 19, 19 - i % 4)),
            .. Enumerable.Range(0, 40).Select(i => new Box(i % 3, 0, 19, 6))]);
        IReadOnlyList<TrainingRegion> sample = set.Sample(32, 0.25, seed: 3);
        Assert.Equal((8, 24), (sample.Count(r => r.Class == 12), sample.Count(r => r.Class == 0)));
        Assert.NotEqual(sample.Select(r => r.Box), set.Sample(32, 0.25, seed: 4).Select(r => r.Box));
    }

    [Fact]
    public void Sample_FewForeground_FillsUpWithBackground()
    {
        RegionSet set = RegionSet.Of([s_dog], [.. Enumerable.Range(0, 10).Select(_ => new Box(0, 0, 19, 5))]);
        Assert.Equal((1, 7), (set.Sample(8, 0.5, 1).Count(r => r.Class > 0), set.Sample(8, 0.5, 1).Count(r => r.Class == 0)));
    }

    [Fact]
    public void OffsetStatistics_NormalizedOffsets_HaveMeanZeroAndDeviationOne()
    {
        RegionSet set = RegionSet.Of([s_dog], [new(0, 0, 19, 14), new(0, 2, 15, 19), new(3, 0, 22, 19), new(0, 0, 17, 19)]);
        var statistics = new OffsetStatistics([set]);
        float[][] values = [.. set.ForegroundRegions.Select(r => statistics.Normalize(r.Class, r.Target))];
        for (int k = 0; k < 4; k++)
        {
            Assert.Equal(0, values.Average(v => v[k]), 5);
            Assert.Equal(1, values.Average(v => v[k] * v[k]), 4);
        }
        BoxOffsets back = statistics.Restore(12, values[2]);
        Assert.Equal(set.ForegroundRegions[2].Target.Y, back.Y, 5);
    }
}
