using System.Globalization;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// The project's own quick probe (<see cref="LinearProbe"/>): rate and decay chosen on held-out training rows; what <c>spot
/// probe</c> prints.
/// </summary>
internal sealed class LinearProbeProtocol() : TransferProtocol<LinearProbeOptions>(s_keys)
{
    private static readonly FeatureReduction s_reduction = new(ReductionMethod.Average);
    private static readonly SettingKeys<LinearProbeOptions> s_keys = new()
    {
        { o => o.Epochs, 1, 100_000, "passes over the training rows" },
        { o => o.ChoiceEpochs, 1, 100_000, "passes when rate and decay are being chosen" },
        { o => o.Batch, 1, 65_536, "rows of one step" },
        { o => o.LearningRates, 0, 1000, "learning rates tried; features are divided by the root of their number", "rates" },
        { o => o.WeightDecays, 0, 1, "L2 factors tried with each rate" },
        { o => o.HeldOut, 0, 0.9, "share of the training rows held out for the choice; the probe is then trained on all" },
    };

    public override string Name => "linear-probe";

    public override string Summary =>
        "The project's own quick probe on each layer: standardised features, rate and decay chosen on held-out training images.";

    public override string? CannotUse(EvaluationData data) => data.WhyNotLabelled();

    protected override IEnumerable<FeatureRequest> Requests(LinearProbeOptions options) =>
        [new(ImageRole.Train, FeatureView.Evaluation, s_reduction), new(ImageRole.Test, FeatureView.Evaluation, s_reduction)];

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<LinearProbeOptions> context)
    {
        FeatureRequest[] requests = [.. Requests(context.Options)];
        IReadOnlyList<FeatureBank> train = context.Features.Get(requests[0]), test = context.Features.Get(requests[1]);
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{Name} {network.Name}", train.Count * context.Seeds.Count,
            context.Data.Train.Count);
        LinearProbeResult[] all = context.Share.InTurn(train.Count * context.Seeds.Count, i =>
        {
            (int layer, int seed) = Math.DivRem(i, context.Seeds.Count);
            LinearProbeResult one = new LinearProbe(context.Options with { Seed = context.Seeds[seed] })
                .Run(train[layer], test[layer], context.Data.Train.ClassCount, context.Stop);
            stretch.Report(i + 1, ("top1", one.Top1));
            return one;
        });
        LinearProbeResult[][] found = [.. all.Chunk(context.Seeds.Count)];
        IEnumerable<Metric> Each(string name, bool fraction, Func<LinearProbeResult, double> value) =>
            found.Select((results, layer) => new Metric(name, train[layer].Layer, [.. results.Select(value)], fraction));
        return new ProtocolResult(Name, network.Name,
            [.. Each("top1", true, r => r.Top1), .. Each("chosen rate", false, r => r.LearningRate),
                .. Each("chosen decay", false, r => r.WeightDecay),
                .. train.Select(bank => new Metric("numbers", bank.Layer, [bank.Dimensions], IsFraction: false))],
            context.Settings, [.. Facts(context, train)]);
    }

    private static IEnumerable<(string, string)> Facts(
        EvaluationContext<LinearProbeOptions> context, IReadOnlyList<FeatureBank> layers) =>
    [
        ("training images", context.Data.Train.Count.ToString(CultureInfo.InvariantCulture)),
        ("test images", context.Data.Test.Count.ToString(CultureInfo.InvariantCulture)),
        ("classes", context.Data.Train.ClassCount.ToString(CultureInfo.InvariantCulture)),
        ("input", $"{context.Features.Extractor.ImageSize} pixels"),
        ("view", FeatureView.Evaluation.Name),
        ("reduction", $"{s_reduction.Name}: {string.Join(", ", layers.Select(bank => $"{bank.Layer} {bank.Dimensions}"))}"),
        ("head",
            "each number standardised by the training images and divided by the root of their number, linear layer with bias, "
                + "zeros at first"),
        ("optimizer", $"{HeadText.Optimizer(LinearProbe.Head(context.Options, []))}; rate falls as a half cosine; last pass"),
        ("seeds", string.Join(", ", context.Seeds)),
    ];
}
