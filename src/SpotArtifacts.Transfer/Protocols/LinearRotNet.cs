using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// RotNet's layer-wise probe (gidariss/FeatureLearningRotNet <c>config/ImageNet_LinearClassifiers_ImageNet_RotNet_AlexNet_Features.py</c>,
/// <c>algorithms/Algorithm.py</c>, <c>architectures/LinearClassifier.py</c>): max-pooled maps, batch norm, a table of rates, last pass.
/// </summary>
internal sealed class LinearRotNet : LinearProtocol
{
    // Rate relative to the first one, and the epoch (of 35) until which it holds; the 0.1 of the configuration is overwritten at epoch 0.
    private static readonly (double Share, double Until)[] s_table = [(1, 5), (0.2, 15), (0.04, 25), (0.008, 35)];

    private const double PublishedEpochs = 35;

    public override string Name => "linear-rotnet";

    public override string Summary => "Layer-wise softmax regression as RotNet's: max pooling, batch norm, SGD with Nesterov momentum, last of 35 epochs.";

    public override IReadOnlyList<ProtocolSetting> Settings { get; } =
    [
        .. CommonSettings(epochs: 35, batch: 192, rate: 0.01, decay: 5e-4, epoch: "last", crop: 0.875, "FeatureLearningRotNet ImageNet_LinearClassifiers"),
        ProtocolSetting.Number("initial_deviation", 0.0447, 0, 100,
            "standard deviation of the initial weights: sqrt(2 / classes) with ImageNet's 1,000 (architectures/LinearClassifier.py); with ten it would be 0.447, which few steps do not undo"),
    ];

    protected override FeatureReduction Reduction { get; } = new(ReductionMethod.Max);

    protected override string HeadText => "batch norm without scale and shift (momentum 0.1, eps 1e-5), linear layer with bias, initial weights N(0, initial_deviation)";

    protected override string OptimizerText =>
        "SGD, momentum 0.9, Nesterov; L2 on weights and biases; rate x1, x0.2, x0.04, x0.008 until 5, 15, 25, 35 of 35 epochs, as shares of the epochs set";

    protected override LayerwiseHeadOptions HeadOptions(ProtocolSettings settings)
    {
        (double rate, int epochs) = (settings.Number("rate"), settings.Whole("epochs"));
        return new LayerwiseHeadOptions
        {
            Epochs = epochs,
            Batch = settings.Whole("batch"),
            Rate = (step, perEpoch) => rate * Share(step / perEpoch * PublishedEpochs / epochs),
            Head = new LinearHeadOptions
            {
                Groups = [(1, settings.Number("weight_decay"))],
                BiasDecays = true,
                Nesterov = true,
                Norm = new HeadNorm(0.1, 1e-5),
                InitialDeviation = settings.Number("initial_deviation"),
            },
        };
    }

    /// <summary>Share of the first rate at an epoch of the published 35.</summary>
    internal static double Share(double epoch)
    {
        foreach ((double share, double until) in s_table)
            if (epoch < until) return share;
        return s_table[^1].Share;
    }
}
