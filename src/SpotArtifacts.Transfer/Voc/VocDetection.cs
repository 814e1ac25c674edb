using System.Globalization;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Trunk;
using SpotArtifacts.Transfer.Voc.Proposals;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// Fast R-CNN on the trunk (rbgirshick/fast-rcnn, constants of <c>lib/fast_rcnn/config.py </c> and <c>models/CaffeNet </c>), VOC
/// 2007 mAP.
/// </summary>
internal sealed class VocDetection() : TransferProtocol<VocDetectionOptions>(s_keys)
{
    private static readonly SettingKeys<VocDetectionOptions> s_keys = new()
    {
        VocData.SplitKeys<VocDetectionOptions>(),
        { o => o.TrainProposals,
            "file of the training images' proposals, .mat or .json; empty: built-in sliding windows, which no published number "
                + "used" },
        { o => o.TestProposals, "the same for the test images" },
        { o => o.MaxProposals, 1, 1_000_000, "proposals of an image at most, the first of the file" },
        { o => o.Steps, 1, 100_000_000, "training steps (solver.prototxt)" },
        { o => o.Rate, 0, 1000, "learning rate of weights, twice that for biases (base_lr)" },
        { o => o.RateStep, 1, 100_000_000, "steps after which the rate is a tenth (stepsize)" },
        { o => o.WeightDecay, 0, 1, "L2 factor of weights" },
        { o => o.Images, 1, 64, "images of a step (IMS_PER_BATCH)" },
        { o => o.Regions, 1, 65_536, "regions of a step, equally many of each image (BATCH_SIZE)" },
        { o => o.Foreground, 0, 1, "share of foreground among them (FG_FRACTION)" },
        { o => o.ShortSide, 16, 4096, "shorter side that images are scaled to (SCALES)" },
        { o => o.LongSide, 16, 8192, "longest that their longer side may become (MAX_SIZE)" },
        { o => o.Frozen, 0, 5,
            "layers, from conv1 on, that stay as they are (Girshick 2015, section 4.5: conv1 of the smaller networks)" },
        { o => o.Pooled, 1, 31, "cells of a pooled region's side" },
        { o => o.Hidden, 1, 65_536, "width of fc6 and fc7" },
        { o => o.Dropout, 0, 0.99, "dropout behind fc6 and fc7" },
        { o => o.Suppression, 0, 1, "overlap beyond which the weaker of two detections goes (TEST.NMS)" },
        { o => o.Threshold, 0, 1, "least score of a detection (test.py)" },
        { o => o.MaxDetections, 1, 100_000, "detections of an image over all classes (test.py)" },
        VocTrunk.Keys<VocDetectionOptions>(),
    };

    public override string Name => "voc07-detection";

    public override string Summary =>
        "PASCAL VOC 2007 detection: Fast R-CNN on the trunk, proposals from .mat or .json files or sliding windows; mAP by both "
            + "rules.";

    public override string? CannotUse(EvaluationData data) => VocData.CannotUse(data, VocTask.Main);

    public override string? CannotUse(EvaluatedNetwork network) => VocTrunk.CannotUse(network);

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<VocDetectionOptions> context)
    {
        if (!network.HasTrunk)
            return null;
        VocDetectionOptions options = context.Options;
        VocData data = VocData.Open(context.Data);
        VocRegionSplit train = VocRegionSplit.Read(data.Train, options.TrainSplit, options.TrainProposals, options.MaxProposals),
        test = VocRegionSplit.Read(data.Test, options.TestSplit, options.TestProposals, options.MaxProposals);
        int[] classes = [.. Enumerable.Range(0, VocClasses.Names.Count).Where(c => train.Shows(c) && test.Shows(c))];
        if (classes.Length == 0)
            throw new SpotException("no class has boxes in both the training and the test split, so nothing can be measured");
        var found = context.Share.InTurn(context.Seeds.Count, i =>
        {
            using var run = new VocDetectionRun(network, context, Name, context.Seeds[i]);
            IReadOnlyList<Detection>[] detections = run.Measure(train, test);
            (double ElevenPoint, double Area)[] precisions =
                [.. classes.Select(c => DetectionMatching.Measure(detections[c], test.Truth(c))!.Value)];
            return (Precisions: precisions, run.Rescaled);
        });
        return new ProtocolResult(Name, network.Name,
        [
            new Metric("map_11point", "", [.. found.Select(f => f.Precisions.Average(ap => ap.ElevenPoint))]),
            new Metric("map_area", "", [.. found.Select(f => f.Precisions.Average(ap => ap.Area))]),
            .. classes.Select((c, i) => new Metric(
                "ap_11point", VocClasses.Names[c], [.. found.Select(f => f.Precisions[i].ElevenPoint)])),
        ], context.Settings,
        [
            .. data.Facts(options, train.Images.Count, test.Images.Count), VocAveragePrecisions.ClassesFact(classes),
            .. Facts(network, context, train, test, found[^1].Rescaled),
        ]);
    }

    private static IEnumerable<(string, string)> Facts(EvaluatedNetwork network, EvaluationContext context, VocRegionSplit train,
        VocRegionSplit test, string rescaled) =>
    [
        ("AP rules",
            "map_11point: VOC2007 devkit; map_area: VOC2010, area under the monotone precision. Right at an overlap of 0.5, "
                + "difficult boxes ignored, duplicates wrong"),
        ("proposals",
            string.Create(
            CultureInfo.InvariantCulture,
            $"training: {train.ProposalText}; test: {test.ProposalText}; they cover {100 * test.Recall():0.0} % of the test "
                + $"boxes at an overlap of 0.5")),
        ("batch norm", FoldedTrunk.FoldingText(network.Recipe.Network)), ("rescaling", rescaled),
        ("last layers", "normal weights of deviation 0.01 (scores) and 0.001 (offsets), bias 0, drawn after rescaling"),
        ("resizer",
            "one scale, bilinear at half-pixel centres without antialiasing (as cv2.resize); filled up with the mean colour to a "
                + "multiple of the stride"),
        ("regions",
            "foreground from an overlap of 0.5, background from 0.1 to below 0.5; maximum pooling quantised as in Caffe, on the "
                + "cells' true centres; true boxes that are not difficult are regions too"),
        ("loss", "softmax cross-entropy plus smooth L1 of offsets in units of each class's mean and deviation"),
        ("optimiser",
            "SGD, momentum 0.9, biases at twice the rate; training images mirrored half of the time; network of the last step"),
        ("starting point", network.Kind == NetworkKind.Random ? "random weights, drawn anew for each seed"
            : "the network's weights"), ("seeds", string.Join(", ", context.Seeds)),
    ];
}

/// <summary>Settings of the protocol; its keys say what each means.</summary>
internal sealed record VocDetectionOptions : VocTunedOptions
{
    public string TrainProposals { get; init; } = "";
    public string TestProposals { get; init; } = "";
    public int MaxProposals { get; init; } = 2000;
    public int Steps { get; init; } = 40_000;
    public double Rate { get; init; } = 0.001;
    public int RateStep { get; init; } = 30_000;
    public double WeightDecay { get; init; } = 5e-4;
    public int Images { get; init; } = 2;
    public int Regions { get; init; } = 128;
    public double Foreground { get; init; } = 0.25;
    public int ShortSide { get; init; } = 600;
    public int LongSide { get; init; } = 1000;
    public int Frozen { get; init; } = 1;
    public int Pooled { get; init; } = 6;
    public int Hidden { get; init; } = 4096;
    public double Dropout { get; init; } = 0.5;
    public double Suppression { get; init; } = 0.3;
    public double Threshold { get; init; } = 0.05;
    public int MaxDetections { get; init; } = 100;
}

/// <summary>A split with boxes and proposals.</summary>
/// <param name="Images">Its images.</param>
/// <param name="Annotations">What is in each.</param>
/// <param name="Proposals">Boxes that may hold an object, for each.</param>
/// <param name="ProposalText">Where they come from.</param>
internal sealed record VocRegionSplit(VocImages Images, IReadOnlyList<VocAnnotation> Annotations,
    IReadOnlyList<IReadOnlyList<Box>> Proposals, string ProposalText)
{
    /// <summary>Reads a split of ImageSets/Main, its annotations, and a file of proposals or none.</summary>
    internal static VocRegionSplit Read(VocDevkit devkit, string split, string proposals, int most)
    {
        IReadOnlyList<string> ids = devkit.ReadSplit(VocTask.Main, split);
        VocAnnotation[] annotations = [.. ids.Select(devkit.ReadAnnotation)];
        IReadOnlyList<IReadOnlyList<Box>> boxes = proposals.Length > 0 ? ProposalFile.Read(proposals, ids)
            : [.. annotations.Select(a => SlidingWindows.Of(a.Width, a.Height, most))];
        return new VocRegionSplit(new VocImages(devkit, ids), annotations,
            [.. boxes.Select((list, i) => (IReadOnlyList<Box>)[.. list.Take(most)
            .Select(b => b.Clipped(annotations[i].Width, annotations[i].Height))])],
            proposals.Length > 0 ? proposals : SlidingWindows.Text);
    }

    /// <summary>Whether there is a box of a class that is not difficult.</summary>
    internal bool Shows(int classIndex) => Annotations.Any(a => a.Objects.Any(o => o.Class == classIndex && !o.Difficult));

    /// <summary>All boxes of a class.</summary>
    internal IReadOnlyList<TrueBox> Truth(int classIndex) =>
        [.. Annotations.SelectMany((a, i) => a.Objects.Where(o => o.Class == classIndex)
            .Select(o => new TrueBox(i, Box.Of(o.Box), o.Difficult)))];

    /// <summary>
    /// Share of boxes that are not difficult which some proposal overlaps by half or more: no detector can find many others.
    /// </summary>
    internal double Recall()
    {
        (Box Box, int Image)[] wanted =
            [.. Annotations.SelectMany((a, i) => a.Objects.Where(o => !o.Difficult).Select(o => (Box.Of(o.Box), i)))];
        return wanted.Length == 0 ? 0 : (double)wanted.Count(w => Proposals[w.Image]
            .Any(p => p.Overlap(w.Box) >= DetectionMatching.MinOverlap)) / wanted.Length;
    }
}
