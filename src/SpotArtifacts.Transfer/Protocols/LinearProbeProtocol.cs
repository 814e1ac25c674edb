using System.Globalization;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// The project's own quick probe (<see cref="LinearProbe"/>): rate and decay chosen on held-out training rows; what <c>spot
/// probe</c> prints.
/// </summary>
internal sealed class LinearProbeProtocol : ITransferProtocol
{
    private static readonly FeatureReduction s_reduction = new(ReductionMethod.Average);
    private static readonly LinearProbeOptions s_defaults = new();

    public string Name => "linear-probe";

    public string Summary =>
        "The project's own quick probe on each layer: standardised features, rate and decay chosen on held-out training images.";

    public IReadOnlyList<ProtocolSetting> Settings { get; } =
    [
        ProtocolSetting.Whole("epochs", s_defaults.Epochs, 1, 100_000, "passes over the training rows"),
        ProtocolSetting.Whole("choice_epochs", s_defaults.ChoiceEpochs, 1, 100_000,
            "passes when rate and decay are being chosen"),
        ProtocolSetting.Whole("batch", s_defaults.Batch, 1, 65_536, "rows of one step"),
        ProtocolSetting.NumberList("rates", "0.1,0.3,1,3", 0, 1000,
            "learning rates tried; features are divided by the root of their number"),
        ProtocolSetting.NumberList("weight_decays", "0.00001,0.001", 0, 1, "L2 factors tried with each rate"),
        ProtocolSetting.Number("held_out", s_defaults.HeldOut, 0, 0.9,
            "share of the training rows held out for the choice; the probe is then trained on all"),
    ];

    public string? CannotUse(EvaluationData data) => data.WhyNotLabelled();

    public IEnumerable<FeatureRequest> Requests(ProtocolSettings settings) =>
        [new(ImageRole.Train, FeatureView.Evaluation, s_reduction), new(ImageRole.Test, FeatureView.Evaluation, s_reduction)];

    public ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext context)
    {
        FeatureRequest[] requests = [.. Requests(context.Settings)];
        IReadOnlyList<FeatureBank> train = context.Features.Get(requests[0]), test = context.Features.Get(requests[1]);
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{Name} {network.Name}", train.Count * context.Seeds.Count,
            context.Data.Train.Count);
        var found = new LinearProbeResult[train.Count][];
        for (int layer = 0; layer < found.Length; layer++)
        {
            found[layer] = new LinearProbeResult[context.Seeds.Count];
            for (int i = 0; i < context.Seeds.Count; i++)
            {
                found[layer][i] = new LinearProbe(Options(context.Settings, context.Seeds[i]))
                    .Run(train[layer], test[layer], context.Data.Train.ClassCount, context.Stop);
                stretch.Report(layer * context.Seeds.Count + i + 1, ("top1", found[layer][i].Top1));
            }
        }
        IEnumerable<Metric> Each(string name, bool fraction, Func<LinearProbeResult, double> value) =>
            found.Select((results, layer) => new Metric(name, train[layer].Layer, [.. results.Select(value)], fraction));
        return new ProtocolResult(Name, network.Name,
            [.. Each("top1", true, r => r.Top1), .. Each("chosen rate", false, r => r.LearningRate),
                .. Each("chosen decay", false, r => r.WeightDecay),
                .. train.Select(bank => new Metric("numbers", bank.Layer, [bank.Dimensions], IsFraction: false))],
            context.Settings, [.. Facts(context, train)]);
    }

    private static LinearProbeOptions Options(ProtocolSettings settings, ulong seed) => new()
    {
        Epochs = settings.Whole("epochs"),
        ChoiceEpochs = settings.Whole("choice_epochs"),
        Batch = settings.Whole("batch"),
        LearningRates = settings.NumberList("rates"),
        WeightDecays = settings.NumberList("weight_decays"),
        HeldOut = settings.Number("held_out"),
        Seed = seed,
    };

    private static IEnumerable<(string, string)> Facts(EvaluationContext context, IReadOnlyList<FeatureBank> layers) =>
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
        ("optimizer", $"{HeadText.Optimizer(LinearProbe.Head(s_defaults, []))}; rate falls as a half cosine; last pass"),
        ("seeds", string.Join(", ", context.Seeds)),
    ];
}
