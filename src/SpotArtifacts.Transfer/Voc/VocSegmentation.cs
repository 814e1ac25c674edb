using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// FCN on the trunk (shelhamer/fcn.berkeleyvision.org <c>voc-fcn-alexnet </c>), mean intersection over union by one confusion
/// matrix.
/// </summary>
internal sealed class VocSegmentation : ITransferProtocol
{
    public string Name => "voc12-segmentation";

    public string Summary =>
        "PASCAL VOC 2012 segmentation: fully convolutional network on the trunk (FCN-AlexNet), 255 ignored; mean IoU.";

    public IReadOnlyList<ProtocolSetting> Settings { get; } =
    [
        .. VocData.SplitSettings("train", "val"),
        ProtocolSetting.Whole("steps", 100_000, 1, 100_000_000, "training steps (solver.prototxt max_iter)"),
        ProtocolSetting.Whole("accumulated", 20, 1, 4096, "images of a step, one after the other (iter_size)"),
        ProtocolSetting.Number("rate", 1e-4, 0, 1000, "learning rate of weights, twice that for biases (base_lr, fixed)"),
        ProtocolSetting.Number("weight_decay", 5e-4, 0, 1, "L2 factor of weights"),
        ProtocolSetting.Whole("frozen", 0, 0, 5, "layers, from conv1 on, that stay as they are"),
        ProtocolSetting.Whole("hidden", 4096, 1, 65_536, "width of fc6 and fc7"),
        ProtocolSetting.Whole("kernel", 6, 1, 31, "side of fc6's kernel"),
        ProtocolSetting.Number("dropout", 0.5, 0, 0.99, "dropout behind fc6 and fc7"),
        ProtocolSetting.Choice("skip", "whether conv5 is scored too and added, at half the stride", "none", "conv5"),
        ProtocolSetting.Switch("mirror", false, "whether training images are mirrored half of the time"),
        .. VocTrunk.Settings(227),
    ];

    public string? CannotUse(EvaluationData data) => VocData.CannotUse(data, VocTask.Segmentation);

    public ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext context)
    {
        if (!network.HasTrunk)
            return null;
        VocData data = VocData.Open(context.Data);
        IReadOnlyList<string> train = data.Train.ReadSplit(VocTask.Segmentation, context.Settings["train_split"]),
        test = data.Test.ReadSplit(VocTask.Segmentation, context.Settings["test_split"]);
        List<SegmentationConfusion> found = [];
        string rescaled = "";
        int stride = 0;
        foreach (ulong seed in context.Seeds)
        {
            using var run = new VocSegmentationRun(network, context, Name, seed);
            found.Add(run.Measure(data, train, test));
            (rescaled, stride) = (run.Rescaled, run.Stride);
        }
        int[] judged = [.. Enumerable.Range(0, VocClasses.MaskClasses)
            .Where(c => found.TrueForAll(f => f.IntersectionOverUnion(c) is not null))];
        return new ProtocolResult(Name, network.Name,
        [
            new Metric("miou", "", [.. found.Select(f => f.MeanIntersectionOverUnion())]),
            new Metric("pixel_accuracy", "", [.. found.Select(f => f.PixelAccuracy)]),
            .. judged.Select(c => new Metric("iou", c == 0 ? "background" : VocClasses.Names[c - 1],
                [.. found.Select(f => f.IntersectionOverUnion(c)!.Value)])),
        ], context.Settings,
        [
            .. data.Facts(context.Settings, train.Count, test.Count),
            ("rule",
            "one confusion matrix over all pixels but 255; mean over the classes, background among them, that occur in truth or "
                + "prediction"),
            ("batch norm", FoldedTrunk.FoldingText), ("rescaling", rescaled), ("score layers", "zero at the start"),
            ("resolution",
                $"whole images, not resized; filled up with the mean colour to a multiple of {stride}, which is the coarsest "
                    + $"stride; scores enlarged bilinearly, fixed"),
            ("loss", "softmax cross-entropy, mean over judged pixels of an image"),
            ("optimiser", "SGD, momentum 0.9, fixed rate, biases at twice the rate; network of the last step"),
            ("starting point", network.Kind == NetworkKind.Random ? "random weights, drawn anew for each seed"
                : "the network's weights"), ("seeds", string.Join(", ", context.Seeds)),
        ]);
    }
}

/// <summary>One seed's training and test.</summary>
internal sealed class VocSegmentationRun : IDisposable
{
    private readonly EvaluatedNetwork _network;
    private readonly EvaluationContext _context;
    private readonly string _name;
    private readonly ulong _seed;
    private readonly SegmentationNetwork _segmenter;

    internal VocSegmentationRun(EvaluatedNetwork network, EvaluationContext context, string name, ulong seed)
    {
        (_network, _context, _name, _seed) = (network, context, name, seed);
        ProtocolSettings settings = context.Settings;
        _segmenter = new SegmentationNetwork(VocTrunk.Open(network, seed), settings.Whole("hidden"), settings.Whole("kernel"),
            settings["skip"] == "conv5", settings.Number("dropout"));
    }

    /// <summary>What rescaling did.</summary>
    internal string Rescaled { get; private set; } = "";

    /// <summary>The network's coarsest stride.</summary>
    internal int Stride => _segmenter.Stride;

    /// <summary>Trains and counts the test pixels.</summary>
    internal SegmentationConfusion Measure(VocData data, IReadOnlyList<string> train, IReadOnlyList<string> test)
    {
        var images = new VocImages(data.Train, train);
        Rescaled = VocTrunk.Rescale(_segmenter.Chain, images, _context.Settings, _seed,
            () => _segmenter.DrawHidden(unchecked((long)_seed)));
        _segmenter.ZeroScores();
        Train(data.Train, images);
        return Test(data.Test, new VocImages(data.Test, test));
    }

    public void Dispose() => _segmenter.Dispose();

    private void Train(VocDevkit devkit, VocImages images)
    {
        ProtocolSettings settings = _context.Settings;
        int steps = settings.Whole("steps"), accumulated = settings.Whole("accumulated");
        EvaluationProgress.Stretch stretch = _context.Progress.Begin($"{_name} {_network.Name}", steps, accumulated);
        using var dropout = new Generator(_seed);
        using var solver = new CaffeSolver(_segmenter.Trained(settings.Whole("frozen")),
            new CaffeSolverOptions { WeightDecay = settings.Number("weight_decay"), Accumulated = accumulated });
        var sampling = new VocSampling(images.Count, _seed);
        for (int step = 0; step < steps; step++)
        {
            _context.Stop.ThrowIfCancellationRequested();
            double loss = solver.Step(i =>
            {
                (int image, ulong seed) = sampling.At((long)step * accumulated + i);
                bool mirror = settings.IsOn("mirror") && (seed & 1) == 1;
                RgbImage picture = images.Get(image);
                IndexedImage mask = Mirrored(devkit.ReadMask(images.Ids[image], picture.Width, picture.Height), mirror);
                return SegmentationNetwork.Loss(Scores(picture, mirror, dropout), mask);
            }, settings.Number("rate"));
            stretch.Report(step + 1, ("loss", loss));
        }
    }

    private SegmentationConfusion Test(VocDevkit devkit, VocImages images)
    {
        EvaluationProgress.Stretch stretch = _context.Progress.Begin($"{_name} {_network.Name}: test", images.Count, 1);
        var confusion = new SegmentationConfusion();
        using IDisposable off = no_grad();
        for (int i = 0; i < images.Count; i++)
        {
            _context.Stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            RgbImage picture = images.Get(i);
            long[] predicted = Scores(picture, mirror: false, null).argmax(1).ToArray<long>();
            confusion.Add(devkit.ReadMask(images.Ids[i], picture.Width, picture.Height).Indices,
                [.. predicted.Select(c => (byte)c)]);
            stretch.Report(i + 1);
        }
        return confusion;
    }

    private Tensor Scores(RgbImage picture, bool mirror, Generator? dropout) =>
        _segmenter.Scores(PaddedImage.Make(picture, 1, _segmenter.Stride, mirror), picture.Height, picture.Width, dropout);

    private static IndexedImage Mirrored(IndexedImage mask, bool mirror)
    {
        if (!mirror)
            return mask;
        byte[] indices = [.. mask.Indices];
        for (int y = 0; y < mask.Height; y++)
            indices.AsSpan(y * mask.Width, mask.Width).Reverse();
        return mask with { Indices = indices };
    }
}
