using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// RotNet's layer-wise probe (gidariss/FeatureLearningRotNet
/// <c>config/ImageNet_LinearClassifiers_ImageNet_RotNet_AlexNet_Features.py </c>,
/// <c>algorithms/Algorithm.py </c>, <c>architectures/LinearClassifier.py </c>): max-pooled maps, batch norm, a table of rates,
/// last pass.
/// </summary>
internal sealed class LinearRotNet() : LinearProtocol(
    new LinearOptions { Epochs = 35, Batch = 192, Rate = 0.01, InitialDeviation = 0.0447 },
    "FeatureLearningRotNet ImageNet_LinearClassifiers",
    new SettingKeys<LinearOptions>
    {
        { o => o.InitialDeviation, 0, 100,
            "standard deviation of the initial weights: sqrt(2 / classes) with ImageNet's 1,000 "
                + "(architectures/LinearClassifier.py); with ten it would be 0.447, which few steps do not undo" },
    })
{
    // The epoch (of 35) from which a rate holds, relative to the first one; the 0.1 of the configuration is overwritten at epoch
    // 0.
    private static readonly (double From, double Share)[] s_table = [(0, 1), (5, 0.2), (15, 0.04), (25, 0.008)];

    private const double PublishedEpochs = 35;

    public override string Name => "linear-rotnet";

    public override string Summary =>
        "Layer-wise softmax regression as RotNet's: max pooling, batch norm, SGD with Nesterov momentum, last of 35 epochs.";

    protected override FeatureReduction Reduction { get; } = new(ReductionMethod.Max);

    protected override string ScheduleText => HeadText.Table(s_table.Select(row => (row.From / PublishedEpochs, row.Share)));

    protected override LayerwiseHeadOptions HeadOptions(LinearOptions options) => new()
    {
        Epochs = options.Epochs,
        Batch = options.Batch,
        Rate = (step, perEpoch) => options.Rate * Share(step / perEpoch * PublishedEpochs / options.Epochs),
        Head = new LinearHeadOptions
        {
            Groups = [(1, options.WeightDecay)],
            BiasDecays = true,
            Nesterov = true,
            Norm = new HeadNorm(0.1, 1e-5),
            InitialDeviation = options.InitialDeviation,
        },
    };

    /// <summary>Share of the first rate at an epoch of the published 35.</summary>
    internal static double Share(double epoch) => s_table.Last(row => epoch >= row.From).Share;
}
