using System.Globalization;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// What the linear protocols share: softmax regression on each frozen layer, reduced to about 9,000 numbers, over cached views.
/// What sets them apart (reduction, head, optimiser, schedule, which pass counts) stands in each.
/// </summary>
internal abstract class LinearProtocol : ITransferProtocol
{
    private const int TestChunk = 2000;

    public abstract string Name { get; }

    public abstract string Summary { get; }

    public abstract IReadOnlyList<ProtocolSetting> Settings { get; }

    /// <summary>How a layer's map becomes a row.</summary>
    protected abstract FeatureReduction Reduction { get; }

    /// <summary>How the rate falls, in words for the report.</summary>
    protected abstract string ScheduleText { get; }

    public virtual string? CannotUse(EvaluationData data) => data.WhyNotLabelled();

    public IEnumerable<FeatureRequest> Requests(ProtocolSettings settings) =>
        [.. TrainViews(settings).Select(view => new FeatureRequest(ImageRole.Train, view, Reduction)), TestRequest(settings)];

    public ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext context)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(context);
        ProtocolSettings settings = context.Settings;
        if (settings.IsOn("ten_crops") && settings["epoch"] == "best")
            throw new SpotException($"{Name}: ten_crops=true tests once, after the last pass; it needs --set {Name}.epoch=last");
        IReadOnlyList<FeatureBank>[] views = [.. TrainViews(settings)
            .Select(view => context.Features.Get(new(ImageRole.Train, view, Reduction)))];
        IReadOnlyList<FeatureBank> test = context.Features.Get(TestRequest(settings));
        IReadOnlyList<HeadTraining> trainings = Trainings(context);
        LayerwiseHeadOptions options = HeadOptions(settings) with { EveryEpoch = settings["epoch"] == "best" };
        var heads = new LayerwiseHeads(options, views, trainings, context.Data.Train.ClassCount);
        EvaluationProgress.Stretch stretch = context.Progress.Begin(
            $"{Name} {network.Name}", options.Epochs, (double)trainings.Sum(t => t.Rows.Length));
        HeadAccuracy[][] accuracies = heads.Run(stacked => Test(stacked, test, context), stretch, context.Stop);
        return new ProtocolResult(Name, network.Name,
            [.. Metrics(accuracies, test, options.EveryEpoch, context.Data.Train.ClassCount)], settings,
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
    protected abstract LayerwiseHeadOptions HeadOptions(ProtocolSettings settings);

    /// <summary>What a protocol records besides.</summary>
    protected virtual IEnumerable<(string, string)> ExtraFacts(EvaluationContext context) =>
        [("seeds", string.Join(", ", context.Seeds))];

    /// <summary>The settings all linear protocols have, with their own defaults.</summary>
    /// <param name="epochs">Passes over the training images.</param>
    /// <param name="batch">Rows of a step.</param>
    /// <param name="rate">First learning rate.</param>
    /// <param name="decay">L2 factor.</param>
    /// <param name="epoch">Which pass counts: best or last.</param>
    /// <param name="crop">Side of the crop as a share of the shorter side.</param>
    /// <param name="source">Where these constants stand.</param>
    protected static IReadOnlyList<ProtocolSetting> CommonSettings(int epochs, int batch, double rate, double decay,
        string epoch, double crop, string source) =>
    [
        ProtocolSetting.Whole("epochs", epochs, 1, 100_000, $"passes over the training images ({source})"),
        ProtocolSetting.Whole("batch", batch, 2, 65_536, $"images of a step ({source})"),
        ProtocolSetting.Number("rate", rate, 0, 1000, $"first learning rate ({source})"),
        ProtocolSetting.Number("weight_decay", decay, 0, 1, $"L2 factor ({source})"),
        ProtocolSetting.Choice("epoch",
            "which pass the number is taken from; best is chosen on the test images, as the original does where it is the "
                + "default", epoch == "best" ? ["best", "last"] : ["last", "best"]),
        ProtocolSetting.Number("crop", crop, 0.05, 1, "side of the square crop as a share of the shorter side"),
        ProtocolSetting.Whole("views", 2, 0, 100,
            "random crops with mirroring of each training image, cached; in each pass one of them is drawn for each image. 0: "
                + "the central crop alone"),
        ProtocolSetting.Switch("ten_crops", false, "test on the mean softmax of ten crops instead of the central one"),
    ];

    private static FeatureView[] TrainViews(ProtocolSettings settings)
    {
        double crop = settings.Number("crop");
        int views = settings.Whole("views");
        return views == 0 ? [FeatureView.Central(crop)]
            : [.. Enumerable.Range(0, views).Select(i => FeatureView.Random(crop, i))];
    }

    private FeatureRequest TestRequest(ProtocolSettings settings) =>
        new(ImageRole.Test, FeatureView.Central(settings.Number("crop")), Reduction);

    private (double Top1, double Top5)[][] Test(IReadOnlyList<StackedHeads> heads, IReadOnlyList<FeatureBank> test,
        EvaluationContext context)
    {
        if (!context.Settings.IsOn("ten_crops"))
            return [.. heads.Select((layer, i) => HeadTest.Accuracies(layer, test[i], TestChunk))];
        var sums = new TenCropScores(heads, test);
        foreach (FeatureView view in FeatureView.TenCrop(context.Settings.Number("crop")))
        {
            IReadOnlyList<FeatureBank> banks = context.Features.Compute(new FeatureRequest(ImageRole.Test, view, Reduction));
            try
            {
                sums.Add(banks, TestChunk);
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

    private IEnumerable<(string, string)> Facts(EvaluationContext context, IReadOnlyList<FeatureBank> layers)
    {
        ProtocolSettings settings = context.Settings;
        yield return ("training images", context.Data.Train.Count.ToString(CultureInfo.InvariantCulture));
        yield return ("test images", context.Data.Test.Count.ToString(CultureInfo.InvariantCulture));
        yield return ("classes", context.Data.Train.ClassCount.ToString(CultureInfo.InvariantCulture));
        yield return ("input", $"{context.Features.Extractor.ImageSize} pixels");
        yield return ("training views", string.Join("; ", TrainViews(settings).Select(view => view.Name)));
        yield return ("test view", settings.IsOn("ten_crops") ? "ten crops, mean softmax" : TestRequest(settings).View.Name);
        yield return ("reduction",
            $"{Reduction.Name}: {string.Join(", ", layers.Select(bank => $"{bank.Layer} {bank.Dimensions}"))}");
        LayerwiseHeadOptions options = HeadOptions(settings);
        yield return ("head", HeadText.Head(options));
        yield return ("optimizer", $"{HeadText.Optimizer(options.Head)}; {ScheduleText}");
    }
}
