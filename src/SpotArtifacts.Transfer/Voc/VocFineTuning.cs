using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// Multi-label fine-tuning on VOC 2007 (philkr/voc-classification <c>src/train_cls.py </c>); its variants "fc6-8" and "all" are
/// frozen=5 and frozen=0.
/// </summary>
internal sealed class VocFineTuning : ITransferProtocol
{
    public string Name => "voc07-finetune";

    public string Summary =>
        "PASCAL VOC 2007 classification by fine-tuning, twenty sigmoids, 1 and 10 random crops (philkr/voc-classification); mAP "
            + "by both rules.";

    public IReadOnlyList<ProtocolSetting> Settings { get; } =
    [
        .. VocData.SplitSettings("trainval", "test"),
        ProtocolSetting.Whole("crop", 227, 8, 4096, "side of the network's input in pixels"),
        ProtocolSetting.Whole("steps", 80_000, 1, 100_000_000, "training steps (-nit)"),
        ProtocolSetting.Whole("batch", 16, 1, 4096, "images of a step (-bs)"),
        ProtocolSetting.Number("rate", 0.001, 0, 1000,
            "learning rate of weights; twice that for biases (-lr; DeepCluster's fc6-8 variant has 0.003)"),
        ProtocolSetting.Whole("rate_step", 10_000, 1, 100_000_000,
            "steps after which the rate is multiplied (stepsize; DeepCluster: 20000 for all, 5000 for fc6-8)"),
        ProtocolSetting.Number("rate_factor", 0.5, 1e-6, 1, "by what (gamma)"),
        ProtocolSetting.Number("weight_decay", 1e-6, 0, 1, "L2 factor of weights and biases"),
        ProtocolSetting.Number("clip", 10, 0, 1e9, "largest L2 norm of all gradients together; 0 for no limit (clip_gradients)"),
        ProtocolSetting.Number("min_scale", 0.5, 0.01, 100, "smallest factor by which an image is scaled before cropping"),
        ProtocolSetting.Number("max_scale", 2, 0.01, 100, "largest factor"),
        ProtocolSetting.Whole("frozen", 0, 0, 5, "layers, from conv1 on, that stay as they are; 5 is the fc6-8 variant"),
        ProtocolSetting.Whole("hidden", 4096, 1, 65_536, "width of fc6 and fc7"),
        ProtocolSetting.Number("dropout", 0.5, 0, 0.99, "dropout behind each of both"),
        ProtocolSetting.Whole("test_crops", 10, 1, 1000, "random crops of each test image whose logits are summed"),
        .. VocTrunk.Settings(227),
    ];

    public string? CannotUse(EvaluationData data) => VocData.CannotUse(data, VocTask.Main);

    public ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext context)
    {
        if (!network.HasTrunk)
            return null;
        ProtocolSettings settings = context.Settings;
        if (settings.Number("min_scale") > settings.Number("max_scale"))
            throw new SpotException(
                $"--set min_scale={settings["min_scale"]}: must not be above max_scale, {settings["max_scale"]}");
        VocData data = VocData.Open(context.Data);
        VocLabelledSplit train = VocLabelledSplit.Read(data.Train, settings["train_split"]),
        test = VocLabelledSplit.Read(data.Test, settings["test_split"]);
        IReadOnlyList<int> classes = VocAveragePrecisions.CommonClasses(train, test);
        List<(VocAveragePrecisions One, VocAveragePrecisions Many)> found = [];
        string rescaled = "", grid = "";
        foreach (ulong seed in context.Seeds)
        {
            var run = new VocFineTuningRun(network, context, Name, train, test, seed);
            found.Add(run.Measure(classes));
            (rescaled, grid) = (run.Rescaled, run.Grid);
        }
        int crops = settings.Whole("test_crops");
        return new ProtocolResult(Name, network.Name,
        [
            new Metric("map_area", $"{crops} crops", [.. found.Select(f => f.Many.Area.Average())]),
            new Metric("map_area", "1 crop", [.. found.Select(f => f.One.Area.Average())]),
            new Metric("map_11point", $"{crops} crops", [.. found.Select(f => f.Many.ElevenPoint.Average())]),
            new Metric("map_11point", "1 crop", [.. found.Select(f => f.One.ElevenPoint.Average())]),
            .. classes.Select((c, i) => new Metric("ap_area", VocClasses.Names[c], [.. found.Select(f => f.Many.Area[i])])),
        ], settings,
        [
            .. data.Facts(settings, train.Images.Count, test.Images.Count), VocAveragePrecisions.ClassesFact(classes),
            ("AP rules", VocAveragePrecisions.RulesText),
            ("difficult images", "left out of loss and test for that class"), ("batch norm", FoldedTrunk.FoldingText),
            ("rescaling", rescaled),
            ("last layer", "normal weights of deviation 0.01, bias 0.1, drawn after rescaling"),
            ("pool5", $"3 x 3 maximum, stride 2, then at most 6 x 6 cells: {grid}"),
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

/// <summary>One seed's training and test.</summary>
internal sealed class VocFineTuningRun(EvaluatedNetwork network, EvaluationContext context, string name, VocLabelledSplit train,
    VocLabelledSplit test, ulong seed)
{
    private readonly ProtocolSettings _settings = context.Settings;
    private readonly int _size = context.Settings.Whole("crop");

    /// <summary>What rescaling did.</summary>
    internal string Rescaled { get; private set; } = "";

    /// <summary>Cells behind pool5.</summary>
    internal string Grid { get; private set; } = "";

    /// <summary>Trains, and scores the test images by one crop and by several.</summary>
    internal (VocAveragePrecisions One, VocAveragePrecisions Many) Measure(IReadOnlyList<int> classes)
    {
        using var classifier = new VocClassifier(VocTrunk.Open(network, seed), _size, _settings.Whole("hidden"),
            _settings.Number("dropout"));
        long drawn = unchecked((long)seed);
        Rescaled = VocTrunk.Rescale(classifier.Chain, train.Images, _settings, seed, () => classifier.DrawHidden(drawn));
        Grid = string.Create(CultureInfo.InvariantCulture, $"{classifier.Grid} x {classifier.Grid}");
        classifier.DrawLast(drawn);
        Train(classifier);
        return Test(classifier, classes);
    }

    private void Train(VocClassifier classifier)
    {
        int steps = _settings.Whole("steps"), batch = _settings.Whole("batch");
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{name} {network.Name}", steps, batch);
        using var dropout = new Generator((ulong)unchecked((long)seed));
        using var solver = new CaffeSolver(classifier.Trained(_settings.Whole("frozen")), new CaffeSolverOptions
        {
            WeightDecay = _settings.Number("weight_decay"),
            BiasDecays = true,
            ClipNorm = _settings.Number("clip"),
        });
        var batches = new VocSampling(train.Images.Count, seed);
        for (int step = 0; step < steps; step++)
        {
            context.Stop.ThrowIfCancellationRequested();
            (int Image, ulong Seed)[] samples = [.. Enumerable.Range(0, batch).Select(i => batches.At((long)step * batch + i))];
            double rate = _settings.Number("rate") * Math.Pow(_settings.Number("rate_factor"),
                step / _settings.Whole("rate_step"));
            double loss =
                solver.Step(_ => VocClassifier.Loss(classifier.Logits(Views(train.Images, samples), dropout),
                [.. samples.Select(s => train.Labels[s.Image])]), rate);
            stretch.Report(step + 1, ("loss", loss));
        }
    }

    private (VocAveragePrecisions One, VocAveragePrecisions Many) Test(VocClassifier classifier, IReadOnlyList<int> classes)
    {
        int count = test.Images.Count, crops = _settings.Whole("test_crops"), width = VocClasses.Names.Count;
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
        var view = new RandomScaleView(_size, _settings.Number("min_scale"), _settings.Number("max_scale"));
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
