using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
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
            "conv5's batch norm while conv5 is trained: statistics of the batch, or the pre-trained running ones" },
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
        long runs = (long)sizes.Count * context.Seeds.Count * (rates.Count > 1 ? rates.Count + 1 : 1);
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{Name} {network.Name}", runs * context.Options.Steps,
            context.Options.Batch);
        var metrics = new List<Metric>();
        long done = 0;
        foreach (int size in sizes)
        {
            var found = new List<(double Top1, double Rate)>();
            foreach (ulong seed in context.Seeds)
                found.Add(Measure(network, context, LabelSubset.Draw(context.Data.Train.Labels(), size,
                    context.Data.Train.ClassCount, seed), seed, stretch, ref done));
            string part = $"{Text(size == 0 ? context.Data.Train.Count : size)} labels";
            metrics.Add(new Metric("top1", part, [.. found.Select(f => f.Top1)]));
            if (rates.Count > 1)
                metrics.Add(new Metric("chosen rate", part, [.. found.Select(f => f.Rate)], IsFraction: false));
        }
        return new ProtocolResult(Name, network.Name, metrics, context.Settings, [.. Facts(network, context)]);
    }

    private static (double Top1, double Rate) Measure(
        EvaluatedNetwork network, EvaluationContext<FineTuningOptions> context, int[] rows, ulong seed,
        EvaluationProgress.Stretch stretch, ref long done)
    {
        IReadOnlyList<double> rates = context.Options.Rate;
        double chosen = rates[0];
        if (rates.Count > 1)
        {
            int[] labels = context.Data.Train.Labels();
            (int[] kept, int[] held) = Split([.. rows], row => labels[row], context.Options.HeldOut, seed);
            double best = -1;
            foreach (double rate in rates)
            {
                double top1 = Run(network, context, kept, rate, seed, stretch, ref done, context.Data.Train, held);
                if (top1 > best)
                    (best, chosen) = (top1, rate);
            }
        }
        int[] all = [.. Enumerable.Range(0, context.Data.Test.Count)];
        return (Run(network, context, rows, chosen, seed, stretch, ref done, context.Data.Test, all), chosen);
    }

    private static double Run(
        EvaluatedNetwork network, EvaluationContext<FineTuningOptions> context, int[] rows, double rate, ulong seed,
        EvaluationProgress.Stretch stretch, ref long done,
        LabelledImages test, int[] testRows)
    {
        var plan = new FineTuningPlan(rows, context.Options.Steps, context.Options.Batch, rate, seed);
        using var tuned = new FineTunedNetwork(
            network.OpenDiscriminator((long)seed), network.Recipe.Network, context.Data.Train.ClassCount,
            context.Options, unchecked((long)seed));
        var run = new FineTuningRun(tuned, network.ImageSize, context);
        run.Train(plan, stretch, done);
        done += plan.Steps;
        (float[] scores, int[] labels) = run.Test(test, testRows);
        return Metrics.TopKAccuracy(scores, labels);
    }

    /// <summary>Holds out a share of each class, at least one image and never all.</summary>
    internal static (int[] Kept, int[] Held) Split(int[] rows, Func<int, int> label, double share, ulong seed)
    {
        List<int> kept = [], held = [];
        foreach (IGrouping<int, int> of in rows.GroupBy(label).OrderBy(g => g.Key))
        {
            int[] members = [.. of];
            if (members.Length < 2)
                throw new SpotException(
                    $"a rate cannot be chosen with {members.Length} labelled image of class {of.Key}; give one rate, or more "
                        + "labels");
            int[] order = SeededRandom.Permutation(members.Length, SeededRandom.Mix(seed, (ulong)of.Key));
            int count = Math.Clamp((int)Math.Round(share * members.Length), 1, members.Length - 1);
            held.AddRange(order[..count].Select(i => members[i]));
            kept.AddRange(order[count..].Select(i => members[i]));
        }
        return ([.. kept.Order()], [.. held.Order()]);
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
