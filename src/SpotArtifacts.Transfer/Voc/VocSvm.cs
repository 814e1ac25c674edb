using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// Frozen features and linear support vector machines, as VISSL does it (facebookresearch/vissl
/// <c>vissl/utils/svm_utils/svm_trainer.py </c>): per layer and class, squared hinge, L2 penalty, dual, positives weighted 2, C
/// by 3-fold cross-validation of average precision.
/// </summary>
internal sealed class VocSvm() : TransferProtocol<VocSvmOptions>(s_keys)
{
    private static readonly SettingKeys<VocSvmOptions> s_keys = new()
    {
        VocData.SplitKeys<VocSvmOptions>(),
        { o => o.Costs, 1e-9, 1e9, "values of C that are tried, smallest first (VISSL costs_list)" },
        { o => o.Folds, 2, 100, "folds of the cross-validation (VISSL cross_val_folds)" },
        { o => o.PositiveWeight, 1e-6, 1e6, "factor on C for positive images (VISSL class_weight)" },
        { o => o.MaxPasses, 1, 100_000_000, "passes over the images at most for one machine (VISSL max_iter)" },
        { o => o.Tolerance, 1e-12, 1, "largest violation of the optimality conditions that is left (VISSL)" },
        { o => o.Crop, 0.01, 1, "side of the central square as a share of the shorter side: 224 of 256" },
        { o => o.Numbers, 1, 100_000_000, "most numbers a layer gives after average pooling" },
    };

    public override string Name => "voc07-svm";

    public override string Summary =>
        "PASCAL VOC 2007 classification: frozen layers, linear SVM for each class, C by cross-validation (VISSL); mAP by both "
            + "rules.";

    public override string? CannotUse(EvaluationData data) => VocData.CannotUse(data, VocTask.Main);

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<VocSvmOptions> context)
    {
        VocData data = VocData.Open(context.Data);
        VocLabelledSplit train = VocLabelledSplit.Read(data.Train, context.Options.TrainSplit),
        test = VocLabelledSplit.Read(data.Test, context.Options.TestSplit);
        IReadOnlyList<int> classes = VocAveragePrecisions.CommonClasses(train, test);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<(string Layer, Tensor Rows)> trainRows = Features(network, context, train.Images, "training"),
        testRows = Features(network, context, test.Images, "test");
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{Name} {network.Name}: machines",
            trainRows.Count * classes.Count, train.Images.Count);
        var found = context.Share.InTurn(trainRows.Count, i =>
        {
            var machines = new VocSvmLayer(trainRows[i].Rows, train.Labels, context.Options, context.Seeds[0]);
            var scores = new Dictionary<int, float[]>();
            foreach (int c in classes)
            {
                context.Stop.ThrowIfCancellationRequested();
                scores[c] = machines.Score(c, testRows[i].Rows);
                stretch.Report(i * classes.Count + scores.Count);
            }
            VocAveragePrecisions of = VocAveragePrecisions.Of(test.Labels, classes, (image, c) => scores[c][image]);
            return (ElevenPoint: of.ElevenPoint.Average(), Area: of.Area.Average(), machines.Chosen);
        });
        foreach ((_, Tensor rows) in trainRows.Concat(testRows))
            rows.Dispose();
        IEnumerable<(string, string)> costs = found.Select((f, i) => ($"C chosen, {trainRows[i].Layer}", f.Chosen));
        return new ProtocolResult(Name, network.Name,
        [
            .. found.Select((f, i) => new Metric("map_11point", trainRows[i].Layer, [f.ElevenPoint])),
            .. found.Select((f, i) => new Metric("map_area", trainRows[i].Layer, [f.Area])),
        ], context.Settings,
        [
            .. data.Facts(context.Options, train.Images.Count, test.Images.Count), VocAveragePrecisions.ClassesFact(classes),
            ("AP rules", VocAveragePrecisions.RulesText),
            ("difficult images", "negative in training, left out in the test, as VISSL"),
            ("view",
                string.Create(
                CultureInfo.InvariantCulture,
                $"central square of {context.Options.Crop} of the shorter side, {network.ImageSize} pixels, antialiased "
                    + $"bilinear, no mirroring")),
            ("features", "average pooling, rows scaled to length 1"),
            ("folds", "stratified by class, in the split's order, not shuffled (sklearn cross_val_score)"),
            ("machine",
                "L2 penalty, squared hinge, bias penalised as a constant feature 1; exact dual coordinate descent, each C "
                    + "started from the one before"),
            ("number", "one machine at the chosen C on the whole training split; no epochs"),
            ("seed", context.Seeds[0].ToString(CultureInfo.InvariantCulture)), .. costs,
        ]);
    }

    private IReadOnlyList<(string, Tensor)> Features(EvaluatedNetwork network, EvaluationContext<VocSvmOptions> context,
        VocImages images, string what) => VocSvmFeatures.Compute(
        context.Features.Extractor, images, new FeatureReduction(ReductionMethod.Average, context.Options.Numbers),
        new CropView(network.ImageSize, context.Options.Crop, CropPlace.Center),
        context.Progress.Begin($"{Name} {network.Name}: {what} features", images.Count, 1), context.Share, context.Stop);
}

/// <summary>Settings of the protocol; its keys say what each means.</summary>
internal sealed record VocSvmOptions : VocOptions
{
    public IReadOnlyList<double> Costs { get; init; } = [0.01, 0.1, 1, 2, 5, 10, 15, 20, 50, 100, 1000];
    public int Folds { get; init; } = 3;
    public double PositiveWeight { get; init; } = 2;
    public int MaxPasses { get; init; } = 2000;
    public double Tolerance { get; init; } = 1e-4;
    public double Crop { get; init; } = 0.875;
    public int Numbers { get; init; } = FeatureBank.MaxDimensions;
}

/// <summary>One layer's machines.</summary>
internal sealed class VocSvmLayer(Tensor rows, sbyte[][] labels, VocSvmOptions options, ulong seed)
{
    private readonly LinearSvm _svm = new(rows);
    private readonly List<string> _chosen = [];

    /// <summary>What cross-validation chose, and how far the final machines are from the optimum, for reports.</summary>
    internal string Chosen => string.Join(", ", _chosen);

    /// <summary>Chooses C for a class, trains on all rows and scores others: (N').</summary>
    /// <exception cref="SpotException">The class has fewer images than there are folds.</exception>
    internal float[] Score(int classIndex, Tensor tested)
    {
        bool[] positive = [.. labels.Select(row => row[classIndex] == 1)];
        double cost = ChooseCost(classIndex, positive);
        double[] solution = new double[positive.Length];
        int[] all = [.. Enumerable.Range(0, positive.Length)];
        double violation = 0;
        // By way of the smaller costs, which is faster than from zero; the optimum is the same.
        foreach (double step in options.Costs.Order().Where(c => c <= cost))
            (violation, _) = _svm.Train(all, positive, Options(step), solution);
        string left = violation < options.Tolerance
            ? ""
            : FormattableString.Invariant($" (violation {violation:0.0e0} left)");
        _chosen.Add(FormattableString.Invariant($"{VocClasses.Names[classIndex]} {cost}{left}"));
        (Tensor weight, double bias) = LinearSvm.Weights(rows, positive, solution);
        using Tensor w = weight;
        using Tensor decided = tested.matmul(weight);
        return [.. decided.ToArray<float>().Select(value => (float)(value + bias))];
    }

    private double ChooseCost(int classIndex, bool[] positive)
    {
        double[] costs = [.. options.Costs.Order()];
        if (costs.Length == 1)
            return costs[0];
        int folds = options.Folds, positives = positive.Count(p => p);
        if (positives < folds)
            throw new SpotException(
                $"{VocClasses.Names[classIndex]} is shown by {positives} training images, fewer than the {folds} folds; use "
                    + $"--set folds={Math.Max(2, positives)}, or one C: --set costs=1");
        int[] fold = StratifiedFolds.Assign(positive, folds);
        double[] precision = new double[costs.Length];
        for (int f = 0; f < folds; f++)
        {
            int[] kept = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] != f)],
            held = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] == f)];
            double[] solution = new double[positive.Length];
            for (int c = 0; c < costs.Length; c++)
            {
                _svm.Train(kept, positive, Options(costs[c]), solution);
                precision[c] += AveragePrecision.Area(_svm.Decide(held, positive, solution),
                    [.. held.Select(i => positive[i])]) / folds;
            }
        }
        return costs[Array.IndexOf(precision, precision.Max())];
    }

    private LinearSvmOptions Options(double cost) => new()
    {
        Cost = cost,
        PositiveWeight = options.PositiveWeight,
        MaxPasses = options.MaxPasses,
        Tolerance = options.Tolerance,
        Seed = seed,
    };
}
