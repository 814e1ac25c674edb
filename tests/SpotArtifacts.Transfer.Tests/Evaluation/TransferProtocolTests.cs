using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

/// <summary>A protocol of one's own, written with what is public.</summary>
public sealed class TransferProtocolTests : IDisposable
{
    private readonly EvaluationBench _bench = new(images: 6);

    [Fact]
    public void Evaluate_ProtocolOfOnesOwn_GetsItsSettingsAsARecord()
    {
        ProtocolResult result = Measure(new Nearest(), "nearest.count=2", "layers=[1, 5]");

        Assert.Equal([2, 1, 5], result.Metrics.Select(metric => metric.Mean));
        Assert.Equal(["count", "layers"], result.Settings.Changed);
        Assert.Equal(("2", "1,5"), (result.Settings["count"], result.Settings["layers"]));
        Assert.Equal(["features of 0.5"], result.Facts.Select(fact => fact.Value));
    }

    [Fact]
    public void Evaluate_DefaultsOtherThanTheRecords_AreTheProtocols()
    {
        ProtocolResult result = Measure(new Nearest(new NearestOptions { Count = 7 }));

        Assert.Equal(7, result.Metrics[0].Mean);
        Assert.Empty(result.Settings.Changed);
    }

    [Fact]
    public void Evaluate_ProtocolWithoutSettings_HasNoneAndSaysSo()
    {
        Assert.Empty(Measure(new Plain()).Settings.Keys);
        Assert.Contains("nothing can be set of plain",
            Assert.Throws<SpotException>(() => Measure(new Plain(), "plain.k=1")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _bench.Dispose();

    private ProtocolResult Measure(ITransferProtocol protocol, params string[] settings) => Assert.Single(
        new Evaluator(_bench.Data, new EvaluationPlan([protocol], settings, [1]), EvaluationProgress.None)
            .Run([EvaluationBench.Random()], TestContext.Current.CancellationToken));

    private sealed record NearestOptions
    {
        public int Count { get; init; } = 1;
        public IReadOnlyList<int> Layers { get; init; } = [3];
        public double Crop { get; init; } = 0.5;
    }

    private sealed class Nearest(NearestOptions? defaults = null) : TransferProtocol<NearestOptions>(s_keys, defaults)
    {
        private static readonly SettingKeys<NearestOptions> s_keys = new()
        {
            { o => o.Count, 1, 100, "how many" },
            { o => o.Layers, 1, 5, "of which layers" },
            { o => o.Crop, 0.1, 1, "side of the crop" },
        };

        public override string Name => "nearest";

        public override string Summary => "a test";

        public override string? CannotUse(EvaluationData data) => null;

        protected override IEnumerable<FeatureRequest> Requests(NearestOptions options) =>
            [new(ImageRole.Train, FeatureView.Central(options.Crop), new FeatureReduction(ReductionMethod.Average))];

        protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<NearestOptions> context) => new(
            Name, network.Name,
            [
                new Metric("count", "", [context.Options.Count]),
                .. context.Options.Layers.Select(layer => new Metric("layer", "", [layer])),
            ], context.Settings, [("features", FormattableString.Invariant($"features of {context.Options.Crop}"))]);
    }

    private sealed class Plain : ITransferProtocol
    {
        public string Name => "plain";

        public string Summary => "a test";

        public string? CannotUse(EvaluationData data) => null;

        public ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext context) =>
            new(Name, network.Name, [], context.Settings, []);
    }
}
