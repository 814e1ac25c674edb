using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// Fine-tuning of the trunk behind a few frozen layers, with all labels or a few of each class (method.md section 6, STL-10 "also
/// fine-tuned"; label subsets as in semi-supervised evaluations since Henaff et al. 2019). The column of random weights is
/// training from scratch.
/// </summary>
internal sealed class FineTuning() : TransferProtocol<FineTuningOptions>(s_keys)
{
    private static readonly SettingKeys<FineTuningOptions> s_keys = new()
    {
        { o => o.Labels, 0, 100_000_000,
            "labelled images used, equally many of each class, drawn by the seed; 0: all. Several make a curve" },
        { o => o.Frozen, 0, 5, "layers, from conv1 on, that stay as they are" },
        { o => o.Steps, 1, 100_000_000, "steps, whatever the number of labels" },
        { o => o.Batch, 2, 65_536, "images of a step; all of them where they are fewer" },
        { o => o.Rate, 0, 1000,
            "first learning rate; of several the best on held-out training images is taken, for each network, number of labels "
                + "and seed" },
        { o => o.HeldOut, 0.01, 0.9,
            "share of the labels held out to choose the rate; the network is then trained on all of them; ignored with one "
                + "rate" },
        { o => o.Optimizer, OptimizerText },
        { o => o.WeightDecay, 0, 1, "L2 factor of the weights (method.md section 4)" },
        { o => o.Hidden, 0, 65_536, "width of a hidden layer of the classifier; 0: none" },
        { o => o.Dropout, 0, 0.99, "share of the classifier's inputs (or hidden units) dropped in training" },
        { o => o.BatchNorm,
            "batch norms of conv1 to conv5 that are trained: statistics of the batch, or the pre-trained running ones" },
    };

    public override string Name => "finetune";

    public override string Summary =>
        "Fine-tuning with a new classifier on conv5, with all labels or few (--set labels=100,1000), any number of frozen "
            + "layers; random = from scratch.";

    public override string? CannotUse(EvaluationData data) => data.WhyNotLabelled();

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<FineTuningOptions> context)
    {
        if (!network.HasTrunk)
            return null;
        (IReadOnlyList<int> sizes, IReadOnlyList<double> rates) = (context.Options.Labels, context.Options.Rate);
        (int Size, ulong Seed)[] wanted = [.. sizes.SelectMany(size => context.Seeds.Select(seed => (size, seed)))];
        int choices = rates.Count > 1 ? wanted.Length * rates.Count : 0;
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{Name} {network.Name}",
            (long)(choices + wanted.Length) * context.Options.Steps, context.Options.Batch);
        var run = new FineTuningRuns(network, context, stretch);
        double[] tried = context.Share.InTurn(choices,
            i => run.Try(wanted[i / rates.Count].Size, wanted[i / rates.Count].Seed, rates[i % rates.Count], i));
        double Chosen(int i) => choices == 0 ? rates[0]
            : rates[tried.AsSpan(i * rates.Count, rates.Count).IndexOf(tried.Skip(i * rates.Count).Take(rates.Count).Max())];
        double[] top1 = context.Share.InTurn(wanted.Length,
            i => run.Test(wanted[i].Size, wanted[i].Seed, Chosen(i), choices + i));
        var metrics = new List<Metric>();
        for (int i = 0; i < wanted.Length; i += context.Seeds.Count)
        {
            int[] of = [.. Enumerable.Range(i, context.Seeds.Count)];
            string part = $"{Text(wanted[i].Size == 0 ? context.Data.Train.Count : wanted[i].Size)} labels";
            metrics.Add(new Metric("top1", part, [.. of.Select(n => top1[n])]));
            if (choices > 0)
                metrics.Add(new Metric("chosen rate", part, [.. of.Select(Chosen)], IsFraction: false));
        }
        return new ProtocolResult(Name, network.Name, metrics, context.Settings, [.. Facts(network, context)]);
    }

    private static IEnumerable<(string, string)> Facts(
        EvaluatedNetwork network, EvaluationContext<FineTuningOptions> context) =>
    [
        ("training images", Text(context.Data.Train.Count)),
        ("test images", Text(context.Data.Test.Count)),
        ("classes", Text(context.Data.Train.ClassCount)),
        ("input", $"{network.ImageSize} pixels"),
        ("training view", ViewText(FineTuningRun.Views)),
        ("test view", FeatureView.Evaluation.Name),
        ("starting point", network.Kind == NetworkKind.Random ? "random weights, drawn anew for each seed: training from scratch"
            : "the network's weights"),
        ("schedule", $"{ScheduleText(FineTuningRun.Schedule(1, 1))}; number taken after the last step"),
        ("batch norm", context.Options.Frozen == 5 ? "running statistics: conv5 is frozen"
            : "see batch_norm; tested with running statistics"),
        ("seeds", string.Join(", ", context.Seeds)),
    ];

    private static string OptimizerText => string.Create(CultureInfo.InvariantCulture,
        $"adam: beta {FineTunedNetwork.AdamBeta1} and {FineTunedNetwork.AdamBeta2}, epsilon {FineTunedNetwork.AdamEpsilon}; sgd: "
            + $"momentum {FineTunedNetwork.Momentum}");

    /// <summary>Random views in words.</summary>
    internal static string ViewText(AugmentationOptions views) => string.Create(CultureInfo.InvariantCulture,
        $"random crop of {views.MinArea:0.###} to 1 of the area, aspect {1 / views.MaxAspect:0.###} to {views.MaxAspect:0.###}, "
            + $"bilinear or bicubic, {(views.Flip ? "mirrored half of the time" : "never mirrored")}, brightness "
            + $"+-{views.Brightness:0.###}, saturation {views.MinSaturation} to {views.MaxSaturation}");

    /// <summary>A schedule in words.</summary>
    internal static string ScheduleText(LinearDecay rate) => string.Create(CultureInfo.InvariantCulture,
        $"rate falls linearly to {100 * rate.FinalShare:0.##} % over the first {100 * rate.DecayShare:0.##} % of the steps and "
            + $"stays");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
