using System.Globalization;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// What the linear protocols share: softmax regression on each frozen layer, reduced to about 9,000 numbers, over cached views.
/// What sets them apart (reduction, head, optimiser, schedule, which pass counts) stands in each.
/// </summary>
/// <param name="defaults">The protocol's own values.</param>
/// <param name="source">Where they stand.</param>
/// <param name="more">Settings besides those that all linear protocols have.</param>
internal abstract class LinearProtocol(LinearOptions defaults, string source, IEnumerable<SettingKey<LinearOptions>>? more = null)
    : TransferProtocol<LinearOptions>(Keys(source, more), defaults)
{
    private const int TestChunk = 2000;

    /// <summary>How a layer's map becomes a row.</summary>
    protected abstract FeatureReduction Reduction { get; }

    /// <summary>How the rate falls, in words for the report.</summary>
    protected abstract string ScheduleText { get; }

    public override string? CannotUse(EvaluationData data) => data.WhyNotLabelled();

    protected override IEnumerable<FeatureRequest> Requests(LinearOptions options) =>
        [.. TrainViews(options).Select(view => new FeatureRequest(ImageRole.Train, view, Reduction)), TestRequest(options)];

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<LinearOptions> context)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(context);
        LinearOptions own = context.Options;
        if (own.TenCrops && own.Epoch == CountedPass.Best)
            throw new SpotException($"{Name}: ten_crops=true tests once, after the last pass; it needs --set {Name}.epoch=last");
        IReadOnlyList<FeatureBank>[] views = [.. TrainViews(own)
            .Select(view => context.Features.Get(new(ImageRole.Train, view, Reduction)))];
        IReadOnlyList<FeatureBank> test = context.Features.Get(TestRequest(own));
        IReadOnlyList<HeadTraining> trainings = Trainings(context);
        LayerwiseHeadOptions options = HeadOptions(own) with { EveryEpoch = own.Epoch == CountedPass.Best };
        int[] layers = context.Share.Own(test.Count);
        var heads = new LayerwiseHeads(options, views, trainings, context.Data.Train.ClassCount, layers);
        EvaluationProgress.Stretch stretch = context.Progress.Begin(
            $"{Name} {network.Name}", options.Epochs, (double)trainings.Sum(t => t.Rows.Length));
        HeadAccuracy[][] accuracies = context.Share.Join(test.Count,
            heads.Run(stacked => Test(stacked, layers, test, context), stretch, context.Stop));
        return new ProtocolResult(Name, network.Name,
            [.. Metrics(accuracies, test, options.EveryEpoch, context.Data.Train.ClassCount)], context.Settings,
            [.. Facts(context, test), .. ExtraFacts(context)]);
    }

    /// <summary>The heads of each layer: one for each seed, on all training images, unless a protocol has folds.</summary>
    protected virtual IReadOnlyList<HeadTraining> Trainings(EvaluationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        int[] all = [.. Enumerable.Range(0, context.Data.Train.Count)];
        return [.. context.Seeds.Select(seed => new HeadTraining(all, seed))];
    }

    /// <summary>Epochs, batch, rates and the head's rule.</summary>
    protected abstract LayerwiseHeadOptions HeadOptions(LinearOptions options);

    /// <summary>What a protocol records besides.</summary>
    protected virtual IEnumerable<(string, string)> ExtraFacts(EvaluationContext context) =>
        [("seeds", string.Join(", ", context.Seeds))];

    private static SettingKeys<LinearOptions> Keys(string source, IEnumerable<SettingKey<LinearOptions>>? more) => new()
    {
        { o => o.Epochs, 1, 100_000, $"passes over the training images ({source})" },
        { o => o.Batch, 2, 65_536, $"images of a step ({source})" },
        { o => o.Rate, 0, 1000, $"first learning rate ({source})" },
        { o => o.WeightDecay, 0, 1, $"L2 factor ({source})" },
        { o => o.Epoch,
            "which pass the number is taken from; best is chosen on the test images, as the original does where it is the "
                + "default" },
        { o => o.Crop, 0.05, 1, "side of the square crop as a share of the shorter side" },
        { o => o.Views, 0, 100,
            "random crops with mirroring of each training image, cached; in each pass one of them is drawn for each image. 0: "
                + "the central crop alone" },
        { o => o.TenCrops, "test on the mean softmax of ten crops instead of the central one" },
        more ?? [],
    };

    private static FeatureView[] TrainViews(LinearOptions options) =>
        options.Views == 0 ? [FeatureView.Central(options.Crop)]
            : [.. Enumerable.Range(0, options.Views).Select(i => FeatureView.Random(options.Crop, i))];

    private FeatureRequest TestRequest(LinearOptions options) =>
        new(ImageRole.Test, FeatureView.Central(options.Crop), Reduction);

    private (double Top1, double Top5)[][] Test(IReadOnlyList<StackedHeads> heads, int[] layers,
        IReadOnlyList<FeatureBank> test, EvaluationContext<LinearOptions> context)
    {
        if (!context.Options.TenCrops)
            return [.. heads.Select((layer, i) => HeadTest.Accuracies(layer, test[layers[i]], TestChunk))];
        var sums = new TenCropScores(heads, test[0].Labels);
        foreach (FeatureView view in FeatureView.TenCrop(context.Options.Crop))
        {
            IReadOnlyList<FeatureBank> banks = context.Features.Compute(new FeatureRequest(ImageRole.Test, view, Reduction));
            try
            {
                sums.Add([.. layers.Select(layer => banks[layer])], TestChunk);
            }
            finally
            {
                foreach (FeatureBank bank in banks)
                    bank.Dispose();
            }
        }
        return sums.Accuracies();
    }

    private static IEnumerable<Metric> Metrics(HeadAccuracy[][] accuracies, IReadOnlyList<FeatureBank> layers, bool best,
        int classes)
    {
        Metric Of(string name, int layer, Func<HeadAccuracy, double> value) =>
            new(name, layers[layer].Layer, [.. accuracies[layer].Select(value)]);
        IEnumerable<Metric> All(string name, Func<HeadAccuracy, double> value) => Enumerable.Range(0, layers.Count)
            .Select(layer => Of(name, layer, value));
        IEnumerable<Metric> metrics = All("top1", a => best ? a.Top1.Max() : a.Top1[^1]);
        if (best)
            metrics = metrics.Concat(All("top1_last", a => a.Top1[^1]));
        return classes > 10 ? metrics.Concat(All("top5", a => best ? a.Top5.Max() : a.Top5[^1])) : metrics;
    }

    private IEnumerable<(string, string)> Facts(EvaluationContext<LinearOptions> context, IReadOnlyList<FeatureBank> layers)
    {
        LinearOptions own = context.Options;
        yield return ("training images", context.Data.Train.Count.ToString(CultureInfo.InvariantCulture));
        yield return ("test images", context.Data.Test.Count.ToString(CultureInfo.InvariantCulture));
        yield return ("classes", context.Data.Train.ClassCount.ToString(CultureInfo.InvariantCulture));
        yield return ("input", $"{context.Features.Extractor.ImageSize} pixels");
        yield return ("training views", string.Join("; ", TrainViews(own).Select(view => view.Name)));
        yield return ("test view", own.TenCrops ? "ten crops, mean softmax" : TestRequest(own).View.Name);
        yield return ("reduction",
            $"{Reduction.Name}: {string.Join(", ", layers.Select(bank => $"{bank.Layer} {bank.Dimensions}"))}");
        LayerwiseHeadOptions options = HeadOptions(own);
        yield return ("head", HeadText.Head(options));
        yield return ("optimizer", $"{HeadText.Optimizer(options.Head)}; {ScheduleText}");
    }
}

/// <summary>Settings of the linear protocols; the keys say what each means. Each protocol has defaults of its own.</summary>
internal sealed record LinearOptions
{
    public int Epochs { get; init; }
    public int Batch { get; init; }
    public double Rate { get; init; }
    public double WeightDecay { get; init; } = 5e-4;
    public CountedPass Epoch { get; init; }
    public double Crop { get; init; } = 0.875;
    public int Views { get; init; } = 2;
    public bool TenCrops { get; init; }

    // Of our choice where the original names none; only RotNet's, which depends on the number of classes, can be set.
    public double InitialDeviation { get; init; } = 0.01;
}

/// <summary>Which pass over the training images counts.</summary>
internal enum CountedPass
{
    Last,
    Best,
}
