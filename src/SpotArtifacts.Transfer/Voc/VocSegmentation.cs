using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// FCN on the trunk (shelhamer/fcn.berkeleyvision.org <c>voc-fcn-alexnet </c>), mean intersection over union by one confusion
/// matrix.
/// </summary>
internal sealed class VocSegmentation() : TransferProtocol<VocSegmentationOptions>(s_keys)
{
    private static readonly SettingKeys<VocSegmentationOptions> s_keys = new()
    {
        VocData.SplitKeys<VocSegmentationOptions>(),
        { o => o.Steps, 1, 100_000_000, "training steps (solver.prototxt max_iter)" },
        { o => o.Accumulated, 1, 4096, "images of a step, one after the other (iter_size)" },
        { o => o.Rate, 0, 1000, "learning rate of weights, twice that for biases (base_lr, fixed)" },
        { o => o.WeightDecay, 0, 1, "L2 factor of weights" },
        { o => o.Frozen, 0, 5, "layers, from conv1 on, that stay as they are" },
        { o => o.Hidden, 1, 65_536, "width of fc6 and fc7" },
        { o => o.Kernel, 1, 31, "side of fc6's kernel" },
        { o => o.Dropout, 0, 0.99, "dropout behind fc6 and fc7" },
        { o => o.Skip, "whether conv5 is scored too and added, at half the stride" },
        { o => o.Mirror, "whether training images are mirrored half of the time" },
        VocTrunk.Keys<VocSegmentationOptions>(),
    };

    public override string Name => "voc12-segmentation";

    public override string Summary =>
        "PASCAL VOC 2012 segmentation: fully convolutional network on the trunk (FCN-AlexNet), 255 ignored; mean IoU.";

    public override string? CannotUse(EvaluationData data) => VocData.CannotUse(data, VocTask.Segmentation);

    public override string? CannotUse(EvaluatedNetwork network) => VocTrunk.CannotUse(network);

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<VocSegmentationOptions> context)
    {
        if (!network.HasTrunk)
            return null;
        VocData data = VocData.Open(context.Data);
        IReadOnlyList<string> train = data.Train.ReadSplit(VocTask.Segmentation, context.Options.TrainSplit),
        test = data.Test.ReadSplit(VocTask.Segmentation, context.Options.TestSplit);
        var all = context.Share.InTurn(context.Seeds.Count, i =>
        {
            using var run = new VocSegmentationRun(network, context, Name, context.Seeds[i]);
            return (run.Measure(data, train, test).Counts, run.Rescaled, run.Stride);
        });
        SegmentationConfusion[] found = [.. all.Select(one => new SegmentationConfusion(one.Counts))];
        int[] judged = [.. Enumerable.Range(0, VocClasses.MaskClasses)
            .Where(c => Array.TrueForAll(found, f => f.IntersectionOverUnion(c) is not null))];
        return new ProtocolResult(Name, network.Name,
        [
            new Metric("miou", "", [.. found.Select(f => f.MeanIntersectionOverUnion())]),
            new Metric("pixel_accuracy", "", [.. found.Select(f => f.PixelAccuracy)]),
            .. judged.Select(c => new Metric("iou", c == 0 ? "background" : VocClasses.Names[c - 1],
                [.. found.Select(f => f.IntersectionOverUnion(c)!.Value)])),
        ], context.Settings,
        [
            .. data.Facts(context.Options, train.Count, test.Count),
            ("rule",
            "one confusion matrix over all pixels but 255; mean over the classes, background among them, that occur in truth or "
                + "prediction"),
            ("batch norm", FoldedTrunk.FoldingText(network.Recipe.Network)), ("rescaling", all[^1].Rescaled),
            ("score layers", "zero at the start"),
            ("resolution",
                $"whole images, not resized; filled up with the mean colour to a multiple of {all[^1].Stride}, which is the coarsest "
                    + "stride; scores enlarged bilinearly, fixed"),
            ("loss", "softmax cross-entropy, mean over judged pixels of an image"),
            ("optimiser", "SGD, momentum 0.9, fixed rate, biases at twice the rate; network of the last step"),
            ("starting point", network.Kind == NetworkKind.Random ? "random weights, drawn anew for each seed"
                : "the network's weights"), ("seeds", string.Join(", ", context.Seeds)),
        ]);
    }
}

/// <summary>Settings of the protocol; its keys say what each means.</summary>
internal sealed record VocSegmentationOptions : VocTunedOptions
{
    public VocSegmentationOptions() => (TrainSplit, TestSplit) = ("train", "val");

    public int Steps { get; init; } = 100_000;
    public int Accumulated { get; init; } = 20;
    public double Rate { get; init; } = 1e-4;
    public double WeightDecay { get; init; } = 5e-4;
    public int Frozen { get; init; }
    public int Hidden { get; init; } = 4096;
    public int Kernel { get; init; } = 6;
    public double Dropout { get; init; } = 0.5;
    public VocSkip Skip { get; init; }
    public bool Mirror { get; init; }
}

/// <summary>What is scored besides the last layer.</summary>
internal enum VocSkip
{
    None,
    Conv5,
}

/// <summary>One seed's training and test.</summary>
internal sealed class VocSegmentationRun : IDisposable
{
    private readonly EvaluatedNetwork _network;
    private readonly EvaluationContext<VocSegmentationOptions> _context;
    private readonly string _name;
    private readonly ulong _seed;
    private readonly SegmentationNetwork _segmenter;

    internal VocSegmentationRun(
        EvaluatedNetwork network, EvaluationContext<VocSegmentationOptions> context, string name, ulong seed)
    {
        (_network, _context, _name, _seed) = (network, context, name, seed);
        VocSegmentationOptions options = context.Options;
        _segmenter = new SegmentationNetwork(VocTrunk.Open(network, seed), options.Hidden, options.Kernel,
            options.Skip == VocSkip.Conv5, options.Dropout);
    }

    /// <summary>What rescaling did.</summary>
    internal string Rescaled { get; private set; } = "";

    /// <summary>The network's coarsest stride.</summary>
    internal int Stride => _segmenter.Stride;

    /// <summary>Trains and counts the test pixels.</summary>
    internal SegmentationConfusion Measure(VocData data, IReadOnlyList<string> train, IReadOnlyList<string> test)
    {
        var images = new VocImages(data.Train, train);
        Rescaled = VocTrunk.Rescale(_segmenter.Chain, images, _context.Options, _seed,
            () => _segmenter.DrawHidden(unchecked((long)_seed)));
        _segmenter.ZeroScores();
        Train(data.Train, images);
        return Test(data.Test, new VocImages(data.Test, test));
    }

    public void Dispose() => _segmenter.Dispose();

    private void Train(VocDevkit devkit, VocImages images)
    {
        VocSegmentationOptions options = _context.Options;
        int steps = options.Steps, accumulated = options.Accumulated;
        EvaluationProgress.Stretch stretch = _context.Progress.Begin($"{_name} {_network.Name}", steps, accumulated);
        using var dropout = new Generator(_seed);
        using var solver = new CaffeSolver(_segmenter.Trained(options.Frozen),
            new CaffeSolverOptions { WeightDecay = options.WeightDecay, Accumulated = accumulated });
        var sampling = new VocSampling(images.Count, _seed);
        for (int step = 0; step < steps; step++)
        {
            _context.Stop.ThrowIfCancellationRequested();
            double loss = solver.Step(i =>
            {
                (int image, ulong seed) = sampling.At((long)step * accumulated + i);
                bool mirror = options.Mirror && (seed & 1) == 1;
                RgbImage picture = images.Get(image);
                IndexedImage mask = Mirrored(devkit.ReadMask(images.Ids[image], picture.Width, picture.Height), mirror);
                return SegmentationNetwork.Loss(Scores(picture, mirror, dropout), mask);
            }, options.Rate);
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
