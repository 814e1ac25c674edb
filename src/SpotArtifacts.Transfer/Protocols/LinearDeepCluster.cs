using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// DeepCluster's layer-wise probe (facebookresearch/deepcluster <c>eval_linear.py </c>, <c>util.py </c>): one linear layer on
/// average-pooled maps, best pass.
/// </summary>
internal sealed class LinearDeepCluster() : LinearProtocol(
    new LinearOptions { Epochs = 90, Batch = 256, Rate = 0.01, WeightDecay = 1e-4, Epoch = CountedPass.Best },
    "deepcluster eval_linear.py")
{
    // DeepCluster's trunk has a batch norm before each ReLU: the root mean square behind it is that of a half-normal variable.
    // Here no layer but conv5 has one, and at the published rate features as they are (some hundreds) do not converge.
    private static readonly double s_rootMeanSquare = Math.Sqrt(0.5);

    public override string Name => "linear-deepcluster";

    public override string Summary =>
        "Layer-wise softmax regression as DeepCluster's eval_linear.py: average pooling, no batch norm, best of 90 epochs.";

    protected override FeatureReduction Reduction { get; } = new(ReductionMethod.Average);

    protected override string ScheduleText => "rate / sqrt(1 + rate * weight_decay * step)";

    protected override LayerwiseHeadOptions HeadOptions(LinearOptions options) => new()
    {
        Epochs = options.Epochs,
        Batch = options.Batch,
        Rate = (step, _) => options.Rate / Math.Sqrt(1 + options.Rate * options.WeightDecay * step),
        RootMeanSquare = s_rootMeanSquare,
        Head = new LinearHeadOptions { Groups = [(1, options.WeightDecay)], BiasDecays = true, FanInDeviation = true },
    };
}
