using System.Globalization;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// Zhang et al.'s layer-wise probe (richzhang/colorization <c>feature_learning_tests/linear/{train_val,solver}.prototxt </c>):
/// resized maps, batch norm, bias at twice the rate, last pass.
/// </summary>
internal sealed class LinearZhang() : LinearProtocol(
    new LinearOptions { Epochs = 28, Batch = 256, Rate = 0.01 }, "colorization feature_learning_tests/linear")
{
    // 140,000 iterations of 256 images are 27.97 passes over ImageNet's 1,281,167; the rate falls every 40,000.
    private const int PublishedIterations = 140_000, DropEvery = 40_000;
    private const double Drop = 0.1;

    public override string Name => "linear-zhang";

    public override string Summary =>
        "Layer-wise softmax regression as Zhang et al. 2016: bilinear resizing, batch norm, SGD, last of 140,000 iterations (28 "
            + "epochs of ImageNet).";

    protected override FeatureReduction Reduction { get; } = new(ReductionMethod.Bilinear);

    protected override string ScheduleText => string.Create(
        CultureInfo.InvariantCulture,
        $"rate x{Drop} each {DropEvery:N0} of {PublishedIterations:N0} steps, as shares of the steps taken");

    protected override LayerwiseHeadOptions HeadOptions(LinearOptions options) => new()
    {
        Epochs = options.Epochs,
        Batch = options.Batch,
        Rate = (step, perEpoch) => options.Rate * Share((double)step / (options.Epochs * perEpoch)),
        Head = new LinearHeadOptions
        {
            Groups = [(1, options.WeightDecay)],
            BiasRate = 2,
            Norm = new HeadNorm(0.001, 1e-5),
            InitialDeviation = options.InitialDeviation,
        },
    };

    /// <summary>Share of the first rate after a share of the steps.</summary>
    internal static double Share(double done) => Math.Pow(Drop, Math.Floor(done * PublishedIterations / DropEvery + 1e-9));
}
