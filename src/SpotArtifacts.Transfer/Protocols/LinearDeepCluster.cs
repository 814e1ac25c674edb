using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// DeepCluster's layer-wise probe (facebookresearch/deepcluster <c>eval_linear.py </c>, <c>util.py </c>): one linear layer on
/// average-pooled maps, best pass.
/// </summary>
internal sealed class LinearDeepCluster : LinearProtocol
{
    // DeepCluster's trunk has a batch norm before each ReLU: the root mean square behind it is that of a half-normal variable.
    // Here no layer but conv5 has one, and at the published rate features as they are (some hundreds) do not converge.
    private static readonly double s_rootMeanSquare = Math.Sqrt(0.5);

    public override string Name => "linear-deepcluster";

    public override string Summary =>
        "Layer-wise softmax regression as DeepCluster's eval_linear.py: average pooling, no batch norm, best of 90 epochs.";

    public override IReadOnlyList<ProtocolSetting> Settings { get; } =
        CommonSettings(epochs: 90, batch: 256, rate: 0.01, decay: 1e-4, epoch: "best", crop: 0.875, "deepcluster eval_linear.py");

    protected override FeatureReduction Reduction { get; } = new(ReductionMethod.Average);

    protected override string ScheduleText => "rate / sqrt(1 + rate * weight_decay * step)";

    protected override LayerwiseHeadOptions HeadOptions(ProtocolSettings settings)
    {
        (double rate, double decay) = (settings.Number("rate"), settings.Number("weight_decay"));
        return new LayerwiseHeadOptions
        {
            Epochs = settings.Whole("epochs"),
            Batch = settings.Whole("batch"),
            Rate = (step, _) => rate / Math.Sqrt(1 + rate * decay * step),
            RootMeanSquare = s_rootMeanSquare,
            Head = new LinearHeadOptions { Groups = [(1, decay)], BiasDecays = true, FanInDeviation = true },
        };
    }
}
