using System.Globalization;
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
/// Multi-label fine-tuning on VOC 2007 (philkr/voc-classification <c>src/train_cls.py </c>); its variants "fc6-8" and "all" are
/// frozen=5 and frozen=0.
/// </summary>
internal sealed class VocFineTuning() : TransferProtocol<VocFineTuningOptions>(s_keys)
{
    private static readonly SettingKeys<VocFineTuningOptions> s_keys = new()
    {
        VocData.SplitKeys<VocFineTuningOptions>(),
        { o => o.Crop, 8, 4096, "side of the network's input in pixels" },
        { o => o.Steps, 1, 100_000_000, "training steps (-nit)" },
        { o => o.Batch, 1, 4096, "images of a step (-bs)" },
        { o => o.Rate, 0, 1000, "learning rate of weights; twice that for biases (-lr; DeepCluster's fc6-8 variant has 0.003)" },
        { o => o.RateStep, 1, 100_000_000,
            "steps after which the rate is multiplied (stepsize; DeepCluster: 20000 for all, 5000 for fc6-8)" },
        { o => o.RateFactor, 1e-6, 1, "by what (gamma)" },
        { o => o.WeightDecay, 0, 1, "L2 factor of weights and biases" },
        { o => o.Clip, 0, 1e9, "largest L2 norm of all gradients together; 0 for no limit (clip_gradients)" },
        { o => o.MinScale, 0.01, 100, "smallest factor by which an image is scaled before cropping" },
        { o => o.MaxScale, 0.01, 100, "largest factor" },
        { o => o.Frozen, 0, 5, "layers, from conv1 on, that stay as they are; 5 is the fc6-8 variant" },
        { o => o.Hidden, 1, 65_536, "width of fc6 and fc7" },
        { o => o.Dropout, 0, 0.99, "dropout behind each of both" },
        { o => o.TestCrops, 1, 1000, "random crops of each test image whose logits are summed" },
        VocTrunk.Keys<VocFineTuningOptions>(),
    };

    public override string Name => "voc07-finetune";

    public override string Summary =>
        "PASCAL VOC 2007 classification by fine-tuning, twenty sigmoids, 1 and 10 random crops (philkr/voc-classification); mAP "
            + "by both rules.";

    public override string? CannotUse(EvaluationData data) => VocData.CannotUse(data, VocTask.Main);

    public override string? CannotUse(EvaluatedNetwork network) => VocTrunk.CannotUse(network);

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<VocFineTuningOptions> context)
    {
        if (!network.HasTrunk)
            return null;
        VocFineTuningOptions options = context.Options;
        if (options.MinScale > options.MaxScale)
            throw new SpotException(
                $"--set min_scale={options.MinScale}: must not be above max_scale, {options.MaxScale}");
        VocData data = VocData.Open(context.Data);
        VocLabelledSplit train = VocLabelledSplit.Read(data.Train, options.TrainSplit),
        test = VocLabelledSplit.Read(data.Test, options.TestSplit);
        IReadOnlyList<int> classes = VocAveragePrecisions.CommonClasses(train, test);
        var found = context.Share.InTurn(context.Seeds.Count, i =>
        {
            var run = new VocFineTuningRun(network, context, Name, train, test, context.Seeds[i]);
            (VocAveragePrecisions one, VocAveragePrecisions many) = run.Measure(classes);
            return (One: one, Many: many, run.Rescaled, run.Grid);
        });
        int crops = options.TestCrops;
        return new ProtocolResult(Name, network.Name,
        [
            new Metric("map_area", $"{crops} crops", [.. found.Select(f => f.Many.Area.Average())]),
            new Metric("map_area", "1 crop", [.. found.Select(f => f.One.Area.Average())]),
            new Metric("map_11point", $"{crops} crops", [.. found.Select(f => f.Many.ElevenPoint.Average())]),
            new Metric("map_11point", "1 crop", [.. found.Select(f => f.One.ElevenPoint.Average())]),
            .. classes.Select((c, i) => new Metric("ap_area", VocClasses.Names[c], [.. found.Select(f => f.Many.Area[i])])),
        ], context.Settings,
        [
            .. data.Facts(options, train.Images.Count, test.Images.Count), VocAveragePrecisions.ClassesFact(classes),
            ("AP rules", VocAveragePrecisions.RulesText),
            ("difficult images", "left out of loss and test for that class"),
            ("batch norm", FoldedTrunk.FoldingText(network.Recipe.Network)),
            ("rescaling", found[^1].Rescaled),
            ("last layer", "normal weights of deviation 0.01, bias 0.1, drawn after rescaling"),
            ("pool5", $"3 x 3 maximum, stride 2, then at most 6 x 6 cells: {found[^1].Grid}"),
            ("optimiser", "SGD, momentum 0.9, biases at twice the rate; network of the last step"),
            ("crops",
                "antialiased bilinear; window of crop / scale pixels, scale uniform, at most the shorter side, anywhere, "
                    + "mirrored half of the time; training and test alike"),
            ("starting point", network.Kind == NetworkKind.Random ? "random weights, drawn anew for each seed"
                : "the network's weights"),
            ("seeds", string.Join(", ", context.Seeds)),
        ]);
    }
}

/// <summary>Settings of the protocol; its keys say what each means.</summary>
internal sealed record VocFineTuningOptions : VocTunedOptions
{
    public int Crop { get; init; } = 227;
    public int Steps { get; init; } = 80_000;
    public int Batch { get; init; } = 16;
    public double Rate { get; init; } = 0.001;
    public int RateStep { get; init; } = 10_000;
    public double RateFactor { get; init; } = 0.5;
    public double WeightDecay { get; init; } = 1e-6;
    public double Clip { get; init; } = 10;
    public double MinScale { get; init; } = 0.5;
    public double MaxScale { get; init; } = 2;
    public int Frozen { get; init; }
    public int Hidden { get; init; } = 4096;
    public double Dropout { get; init; } = 0.5;
    public int TestCrops { get; init; } = 10;
}

/// <summary>One seed's training and test.</summary>
internal sealed class VocFineTuningRun(EvaluatedNetwork network, EvaluationContext<VocFineTuningOptions> context, string name,
    VocLabelledSplit train, VocLabelledSplit test, ulong seed)
{
    private readonly VocFineTuningOptions _options = context.Options;
    private readonly int _size = context.Options.Crop;

    /// <summary>What rescaling did.</summary>
    internal string Rescaled { get; private set; } = "";

    /// <summary>Cells behind pool5.</summary>
    internal string Grid { get; private set; } = "";

    /// <summary>Trains, and scores the test images by one crop and by several.</summary>
    internal (VocAveragePrecisions One, VocAveragePrecisions Many) Measure(IReadOnlyList<int> classes)
    {
        using var classifier = new VocClassifier(VocTrunk.Open(network, seed), _size, _options.Hidden, _options.Dropout);
        long drawn = unchecked((long)seed);
        Rescaled = VocTrunk.Rescale(classifier.Chain, train.Images, _options, seed, () => classifier.DrawHidden(drawn));
        Grid = string.Create(CultureInfo.InvariantCulture, $"{classifier.Grid} x {classifier.Grid}");
        classifier.DrawLast(drawn);
        Train(classifier);
        return Test(classifier, classes);
    }

    private void Train(VocClassifier classifier)
    {
        int steps = _options.Steps, batch = _options.Batch;
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{name} {network.Name}", steps, batch);
        using var dropout = new Generator((ulong)unchecked((long)seed));
        using var solver = new CaffeSolver(classifier.Trained(_options.Frozen), new CaffeSolverOptions
        {
            WeightDecay = _options.WeightDecay,
            BiasDecays = true,
            ClipNorm = _options.Clip,
        });
        var batches = new VocSampling(train.Images.Count, seed);
        for (int step = 0; step < steps; step++)
        {
            context.Stop.ThrowIfCancellationRequested();
            (int Image, ulong Seed)[] samples = [.. Enumerable.Range(0, batch).Select(i => batches.At((long)step * batch + i))];
            double rate = _options.Rate * Math.Pow(_options.RateFactor,
                step / _options.RateStep);
            double loss =
                solver.Step(_ => VocClassifier.Loss(classifier.Logits(Views(train.Images, samples), dropout),
                [.. samples.Select(s => train.Labels[s.Image])]), rate);
            stretch.Report(step + 1, ("loss", loss));
        }
    }

    private (VocAveragePrecisions One, VocAveragePrecisions Many) Test(VocClassifier classifier, IReadOnlyList<int> classes)
    {
        int count = test.Images.Count, crops = _options.TestCrops, width = VocClasses.Names.Count;
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{name} {network.Name}: test", count, crops);
        float[] one = new float[count * width], many = new float[count * width];
        using IDisposable off = no_grad();
        for (int image = 0; image < count; image++)
        {
            context.Stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (int, ulong)[] samples = [.. Enumerable.Range(0, crops)
                .Select(crop => (image, SeededRandom.Mix(SeededRandom.Mix(seed, 0x7e57), (ulong)(image * (long)crops + crop))))];
            float[] logits = classifier.Logits(Views(test.Images, samples), null).ToArray<float>();
            for (int i = 0; i < logits.Length; i++)
                many[image * width + i % width] += logits[i];
            logits.AsSpan(0, width).CopyTo(one.AsSpan(image * width));
            stretch.Report(image + 1);
        }
        return (VocAveragePrecisions.Of(test.Labels, classes, (i, c) => one[i * width + c]),
            VocAveragePrecisions.Of(test.Labels, classes, (i, c) => many[i * width + c]));
    }

    private Tensor Views(VocImages images, (int Image, ulong Seed)[] samples)
    {
        var view = new RandomScaleView(_size, _options.MinScale, _options.MaxScale);
        int values = 3 * _size * _size;
        float[] pixels = new float[samples.Length * values];
        for (int i = 0; i < samples.Length; i++)
            view.Apply(images.Get(samples[i].Image), samples[i].Seed, pixels.AsSpan(i * values, values));
        return TensorData.From<float>(pixels, samples.Length, 3, _size, _size).ToChannelsLast();
    }
}

/// <summary>
/// An endless order of images: each epoch another permutation; and a seed for whatever is random about each sample.
/// </summary>
internal sealed class VocSampling(int count, ulong seed)
{
    private long _epoch = -1;
    private int[] _order = [];

    /// <summary>The image of a sample, counted from 0 over all epochs, and its seed.</summary>
    internal (int Image, ulong Seed) At(long sample)
    {
        if (sample / count != _epoch)
        {
            _epoch = sample / count;
            _order = SeededRandom.Permutation(count, SeededRandom.Mix(seed, (ulong)_epoch));
        }
        return (_order[sample % count], SeededRandom.Mix(~seed, (ulong)sample));
    }
}
