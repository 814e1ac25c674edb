using System.Globalization;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// What the two STL-10 protocols share: the heads of sjenni/LCI (<c>run_stl10.py</c>, <c>train/TrainerLinearClassifier.py </c>),
/// which are the later code of the paper's authors; the paper itself names no constants.
/// </summary>
/// <param name="crop">Side of the crop as a share of the shorter side.</param>
internal abstract class Stl10Protocol(double crop) : LinearProtocol(
    new LinearOptions { Epochs = 900, Batch = 64, Rate = 0.1, Crop = crop }, "sjenni/LCI run_stl10.py")
{
    // Rate relative to the first one, from a share of the steps on.
    private static readonly (double From, double Share)[] s_table =
        [(0, 1), (0.08, 0.1), (0.4, 0.02), (0.7, 0.004), (0.9, 0.0008)];

    protected override FeatureReduction Reduction { get; } = new(ReductionMethod.Average);

    protected override string ScheduleText => HeadText.Table(s_table);

    public override string? CannotUse(EvaluationData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.WhyNotLabelled() is { } reason)
            return reason;
        return data.Train.Images.Set.IsStl10 && data.Test.Images.Set.IsStl10
            ? null
            : "needs STL-10's binaries: --train stl10_binary/train_X.bin --test stl10_binary/test_X.bin";
    }

    protected override LayerwiseHeadOptions HeadOptions(LinearOptions options) => new()
    {
        Epochs = options.Epochs,
        Batch = options.Batch,
        Rate = (step, perEpoch) => options.Rate * Share((double)step / (options.Epochs * perEpoch)),
        Head = new LinearHeadOptions
        {
            Groups = [(1, options.WeightDecay)],
            Norm = new HeadNorm(0.025, 1e-3),
            InitialDeviation = options.InitialDeviation,
        },
    };

    /// <summary>Share of the first rate after a share of the steps.</summary>
    internal static double Share(double done) => s_table.Last(entry => done >= entry.From).Share;
}

/// <summary>All 5,000 labelled images in one run, as the authors' later code does.</summary>
internal sealed class Stl10FiveThousand() : Stl10Protocol(crop: 0.6667) // 64 of 96 pixels.
{
    public override string Name => "stl10-5k";

    public override string Summary =>
        "STL-10, all 5,000 training images at once (sjenni/LCI): not comparable with the ten-fold number.";

    protected override IEnumerable<(string, string)> ExtraFacts(EvaluationContext context) =>
        [("split", "all training images at once; no folds"), .. base.ExtraFacts(context)];
}

/// <summary>
/// STL-10's official protocol (Coates, Lee, Ng 2011): trained on each of ten predefined folds of 1,000, mean and deviation on all
/// 8,000 test images.
/// </summary>
internal sealed class Stl10TenFold() : Stl10Protocol(crop: 0.85) // As the authors' demo evaluates (Preprocessor.py).
{
    private const int FoldCount = 10;

    public override string Name => "stl10-10fold";

    public override string Summary =>
        "STL-10's official protocol: trained on each of ten predefined folds of 1,000, mean and deviation on all test images.";

    public override string? CannotUse(EvaluationData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (base.CannotUse(data) is { } reason)
            return reason;
        int folds = data.Train.Folds?.Count ?? 0;
        return folds == FoldCount ? null : $"needs fold_indices.txt with {FoldCount} folds beside train_X.bin, found {folds}";
    }

    protected override IReadOnlyList<HeadTraining> Trainings(EvaluationContext context) =>
        [.. context.Data.Train.Folds!.Select((fold, i) => new HeadTraining(fold,
            Images.SeededRandom.Mix(context.Seeds[0], (ulong)i)))];

    protected override IEnumerable<(string, string)> ExtraFacts(EvaluationContext context) =>
    [
        ("folds", string.Create(CultureInfo.InvariantCulture,
            $"{FoldCount} of fold_indices.txt, {context.Data.Train.Folds![0].Length} images each; values are one a fold")),
        ("seed", context.Seeds[0].ToString(CultureInfo.InvariantCulture)),
    ];
}
