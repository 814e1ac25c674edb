using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class FeatureCacheTests : IDisposable
{
    private static readonly FeatureReduction s_average = new(ReductionMethod.Average, 100), s_max = new(ReductionMethod.Max, 100),
    s_whole = new(ReductionMethod.Max);
    private readonly EvaluationBench _bench = new();
    private readonly Counter _passes = new();

    [Fact]
    public void Get_AnnouncedReductionsOfOneView_TakeOnePass()
    {
        using FeatureCache cache = Make();
        cache.Announce([Request(s_average), Request(s_max), Request(s_whole)]);

        foreach (FeatureReduction reduction in (FeatureReduction[])[s_average, s_max, s_whole, s_average])
            cache.Get(Request(reduction));

        Assert.Equal(1, _passes.Count);
    }

    [Fact]
    public void Get_AnotherViewOrRole_IsAnotherPass()
    {
        using FeatureCache cache = Make();
        cache.Announce([Request(s_average), Request(s_average, FeatureView.Central(1)),
            Request(s_average) with { Role = ImageRole.Test }]);

        cache.Get(Request(s_average));
        cache.Get(Request(s_average, FeatureView.Central(1)));
        cache.Get(Request(s_average) with { Role = ImageRole.Test });

        Assert.Equal(3, _passes.Count);
    }

    [Fact]
    public void Get_EachReduction_HoldsWhatItMakesOfTheMaps()
    {
        using FeatureCache cache = Make();
        cache.Announce([Request(s_average), Request(s_whole)]);

        using FeatureExtractor extractor = EvaluationBench.Random().OpenExtractor();
        IReadOnlyList<FeatureBank> expected = FeatureBank.Compute(extractor, _bench.Data.Train,
            stop: TestContext.Current.CancellationToken);
        IReadOnlyList<FeatureBank> whole = cache.Get(Request(s_whole));

        Assert.Equal(expected.Select(b => b.Layer), whole.Select(b => b.Layer));
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Rows.ToArray<float>(), whole[i].Rows.ToArray<float>());
            expected[i].Dispose();
        }
        Assert.All(cache.Get(Request(s_average)), bank => Assert.InRange(bank.Dimensions, 1, 100));
    }

    [Fact]
    public void Get_MapsThatTwoReductionsLeaveAlone_AreKeptOnce()
    {
        using FeatureCache cache = Make();
        var other = new FeatureReduction(ReductionMethod.Average);
        cache.Announce([Request(s_whole), Request(other)]);

        Assert.Equal(cache.Get(Request(s_whole)).Select(b => b.Rows), cache.Get(Request(other)).Select(b => b.Rows));
    }

    [Fact]
    public void Announce_WithoutWhatWasKept_DropsItAndKeepsTheRest()
    {
        using FeatureCache cache = Make();
        cache.Announce([Request(s_average), Request(s_whole)]);
        FeatureBank kept = cache.Get(Request(s_whole))[0], dropped = cache.Get(Request(s_average))[0];

        cache.Announce([Request(s_whole)]);

        Assert.True(dropped.Rows.IsInvalid);
        Assert.True(kept.Rows.IsFinite());
        cache.Get(Request(s_whole));
        Assert.Equal(1, _passes.Count);
    }

    [Fact]
    public void Get_Cancelled_StopsAndLeavesNothingBehind()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        using var cache = new FeatureCache(EvaluationBench.Random(), _bench.Data, EvaluationProgress.None, source.Token);

        Assert.Throws<OperationCanceledException>(() => cache.Get(Request(s_average)));
    }

    public void Dispose() => _bench.Dispose();

    private static FeatureRequest Request(FeatureReduction reduction, FeatureView? view = null) =>
        new(ImageRole.Train, view ?? FeatureView.Evaluation, reduction);

    private FeatureCache Make() => new(EvaluationBench.Random(), _bench.Data,
        new EvaluationProgress(_passes), TestContext.Current.CancellationToken);

    /// <summary>Counts passes: the images of a pass are reported once as all done.</summary>
    private sealed class Counter : IProgress<ProgressReport>
    {
        internal int Count { get; private set; }

        public void Report(ProgressReport value) => Count += value.Step == value.Steps ? 1 : 0;
    }
}
