namespace SpotArtifacts.Transfer;

/// <summary>One layer's worth.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Dimensions">Numbers for each image after pooling.</param>
/// <param name="LinearTop1">Accuracy of the linear probe, 0 to 1.</param>
/// <param name="NeighborsTop1">Accuracy of the nearest neighbours, 0 to 1.</param>
/// <param name="LearningRate">Rate the probe chose.</param>
/// <param name="WeightDecay">Decay the probe chose.</param>
public sealed record LayerWorth(string Layer, int Dimensions, double LinearTop1, double NeighborsTop1, double LearningRate, double WeightDecay);

/// <summary>One network's worth, layer by layer.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Layers">In order.</param>
public sealed record NetworkWorth(string Network, IReadOnlyList<LayerWorth> Layers);

/// <summary>Linear probes and nearest neighbours on every layer of a network; its features are computed once.</summary>
public sealed class LayerwiseProbe(LabelledImages train, LabelledImages test, LinearProbeOptions options)
{
    private readonly NearestNeighbors _neighbors = new();

    /// <summary>Measures a network.</summary>
    /// <param name="extractor">The network.</param>
    /// <param name="log">Told of each layer when it is done.</param>
    public NetworkWorth Measure(FeatureExtractor extractor, Action<string>? log = null)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        IReadOnlyList<FeatureBank> trainBanks = FeatureBank.Compute(extractor, train), testBanks = FeatureBank.Compute(extractor, test);
        var layers = new List<LayerWorth>();
        for (int i = 0; i < trainBanks.Count; i++)
        {
            using FeatureBank trainBank = trainBanks[i], testBank = testBanks[i];
            // Neighbours first: the probe standardises the banks in place.
            double neighbors = _neighbors.Top1(trainBank, testBank, train.ClassCount);
            LinearProbeResult linear = new LinearProbe(options).Run(trainBank, testBank, train.ClassCount);
            layers.Add(new LayerWorth(trainBank.Layer, trainBank.Dimensions, linear.Top1, neighbors, linear.LearningRate, linear.WeightDecay));
            log?.Invoke($"{extractor.Name} {trainBank.Layer}: linear {linear.Top1:P1}, nearest neighbours {neighbors:P1}");
        }
        return new NetworkWorth(extractor.Name, layers);
    }
}
