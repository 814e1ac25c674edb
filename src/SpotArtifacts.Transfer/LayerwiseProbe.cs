using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer;

/// <summary>One layer's worth.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Dimensions">Numbers for each image after pooling.</param>
/// <param name="LinearTop1">Accuracy of the linear probe, 0 to 1.</param>
/// <param name="NeighborsTop1">Accuracy of the nearest neighbours, 0 to 1.</param>
/// <param name="LearningRate">Rate the probe chose.</param>
/// <param name="WeightDecay">Decay the probe chose.</param>
public sealed record LayerWorth(string Layer, int Dimensions, double LinearTop1, double NeighborsTop1, double LearningRate,
    double WeightDecay);

/// <summary>One network's worth, layer by layer.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Layers">In order.</param>
public sealed record NetworkWorth(string Network, IReadOnlyList<LayerWorth> Layers);

/// <summary>The quick look: the protocols <c>linear-probe</c> and <c>knn</c>, side by side.</summary>
public static class LayerwiseProbe
{
    /// <summary>Neighbours that vote.</summary>
    public const int NeighborCount = 20;

    private const string Linear = "linear-probe", Neighbors = "knn";

    /// <summary>Measures networks.</summary>
    /// <param name="data">Labelled images.</param>
    /// <param name="networks">In the order of the result.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="settings"><c>protocol.name=value</c> over the defaults.</param>
    /// <param name="stop">Cancelled by Ctrl-C.</param>
    public static IReadOnlyList<NetworkWorth> Measure(
        EvaluationData data, IReadOnlyList<EvaluatedNetwork> networks, EvaluationProgress progress,
        IReadOnlyList<string>? settings = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(networks);
        var plan = new EvaluationPlan([ProtocolRegistry.Find(Linear), ProtocolRegistry.Find(Neighbors)],
            [$"knn.k={NeighborCount}", "knn.recall=1", .. settings ?? []], [1]);
        IReadOnlyList<ProtocolResult> results = new Evaluator(data, plan, progress).Run(networks, stop);
        return [.. networks.Select(network => Worth(network.Name, results))];
    }

    private static NetworkWorth Worth(string network, IReadOnlyList<ProtocolResult> results)
    {
        ProtocolResult Of(string protocol) => results.Single(r => r.Network == network && r.Protocol == protocol);
        (ProtocolResult linear, ProtocolResult neighbors) = (Of(Linear), Of(Neighbors));
        double Value(ProtocolResult result, string metric, string layer) =>
            result.Metrics.Single(m => m.Name == metric && m.Part == layer).Mean;
        return new NetworkWorth(network, [.. linear.Metrics.Where(m => m.Name == "top1").Select(m => new LayerWorth(
            m.Part, (int)Value(linear, "numbers", m.Part), m.Mean, Value(neighbors, $"top1 k={NeighborCount}", m.Part),
            Value(linear, "chosen rate", m.Part), Value(linear, "chosen decay", m.Part)))]);
    }
}
