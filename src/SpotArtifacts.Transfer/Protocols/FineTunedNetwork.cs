using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>A trunk, of which the first layers may be frozen, with a classifier on conv5, and the optimiser of both.</summary>
internal sealed class FineTunedNetwork : IDisposable
{
    internal const double Momentum = 0.9, AdamBeta1 = 0.9, AdamBeta2 = 0.999, AdamEpsilon = 1e-8;

    private readonly Discriminator _trunk;
    private readonly ClassifierHead _head;
    private readonly Generator _dropout;
    private readonly Tensor[] _values;
    private readonly Adam? _adam;
    private readonly Sgd? _sgd;
    private readonly int _settled;

    /// <param name="trunk">Owned by this object from now on.</param>
    /// <param name="network">The trunk's sizes.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">What is trained and how.</param>
    /// <param name="seed">Seed of the head's weights and of dropout.</param>
    internal FineTunedNetwork(Discriminator trunk, NetworkOptions network, int classes, FineTuningOptions options, long seed)
    {
        int grid = network.KeepMaskGrid;
        _trunk = trunk;
        _head = new ClassifierHead(network.DiscriminatorWidths[^1] * grid * grid, options.Hidden, classes, options.Dropout);
        InitialValues.SetGlorotUniform(_head, seed);
        _dropout = new Generator((ulong)seed);
        _settled = options.BatchNorm == FineTuningStatistics.Batch ? options.Frozen : Discriminator.FeatureLayers.Count;
        trunk.SetRequiresGrad(false);
        NetworkTensor[] trained = [.. TrainedLayers(trunk, options.Frozen), .. _head.Trained()];
        foreach (NetworkTensor parameter in trained)
            parameter.Value.requires_grad = true;
        _values = [.. trained.Select(p => p.Value)];
        if (options.Optimizer == FineTuningOptimizer.Adam)
            _adam = new Adam(trained.ForOptimizer(),
                new AdamOptions(AdamBeta1, AdamBeta2, AdamEpsilon, options.WeightDecay, EmaDecay: 0));
        else
            _sgd = new Sgd(_values, [.. trained.Select(p => p.Role == TensorRole.ConvolutionWeight ? options.WeightDecay : 0.0)],
                Momentum);
    }

    /// <summary>One step on the mean cross-entropy; returns it.</summary>
    /// <param name="images">(B, 3, S, S) in [-1, 1].</param>
    /// <param name="labels">(B), Int64.</param>
    /// <param name="rate">Learning rate.</param>
    internal float Step(Tensor images, Tensor labels, double rate)
    {
        Tensor scores = _head.Forward(_trunk.Trunk([images], _settled), training: true, _dropout);
        Tensor loss = Operations.SoftmaxCrossEntropy(scores, labels);
        Tensor[] gradients = Gradients.Of([loss], _values);
        _adam?.Step(gradients, rate);
        _sgd?.Step(gradients, rate);
        return loss.item<float>();
    }

    /// <summary>Scores (B, K), running statistics, no gradients.</summary>
    internal Tensor Scores(Tensor images)
    {
        using IDisposable off = no_grad();
        return _head.Forward(_trunk.Trunk(images, training: false), training: false, _dropout);
    }

    public void Dispose()
    {
        _adam?.Dispose();
        _sgd?.Dispose();
        _dropout.Dispose();
        _head.Dispose();
        _trunk.Dispose();
    }

    // The heads of pre-training take no part.
    private static IEnumerable<NetworkTensor> TrainedLayers(Discriminator trunk, int frozen) =>
        Discriminator.FeatureLayers.Skip(frozen)
            .SelectMany(layer => trunk.Trained()
            .Where(p => p.Name.StartsWith($"discriminator.{layer}.", StringComparison.Ordinal)));
}

/// <summary>Settings of fine-tuning; the protocol's keys say what each means.</summary>
internal sealed record FineTuningOptions
{
    public IReadOnlyList<int> Labels { get; init; } = [0];
    public int Frozen { get; init; }
    public int Steps { get; init; } = 1500;
    public int Batch { get; init; } = 64;
    public IReadOnlyList<double> Rate { get; init; } = [0.001];
    public double HeldOut { get; init; } = 0.2;
    public FineTuningOptimizer Optimizer { get; init; }
    public double WeightDecay { get; init; } = 5e-5;
    public int Hidden { get; init; }
    public double Dropout { get; init; } = 0.5;
    public FineTuningStatistics BatchNorm { get; init; }
}

/// <summary>What fine-tuning's steps are taken by; SGD has momentum.</summary>
internal enum FineTuningOptimizer
{
    Adam,
    Sgd,
}

/// <summary>
/// Which statistics the batch norm of a layer takes while the layer is trained: the batch's, which the running ones follow, or
/// the running ones, which stay as they are.
/// </summary>
internal enum FineTuningStatistics
{
    Batch,
    Running,
}
