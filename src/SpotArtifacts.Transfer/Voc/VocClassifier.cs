using SpotArtifacts.Engine;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Networks;
using SpotArtifacts.Transfer.Trunk;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Voc;

// B batch, S image side, K5 channels and M rows and columns of conv5, G rows and columns behind pool5.

/// <summary>Folded trunk, pool5, fc6, fc7 and twenty sigmoid outputs.</summary>
internal sealed class VocClassifier : IDisposable
{
    /// <summary>
    /// Deviation and bias of the new last layer (philkr/voc-classification src/train_cls.py, layers behind <c>--random-from
    /// </c>).
    /// </summary>
    private const double LastDeviation = 0.01, LastBias = 0.1;

    // AlexNet's: 6 x 6 cells behind pool5 at 227 pixels.
    private const int LargestGrid = 6;

    private readonly FoldedTrunk _trunk;
    private readonly FullyConnectedHead _head;
    private readonly Convolution _fc8;

    /// <param name="trunk">Owned by this object from now on.</param>
    /// <param name="size">S.</param>
    /// <param name="hidden">Width of fc6 and fc7.</param>
    /// <param name="dropout">Probability behind each of both.</param>
    internal VocClassifier(FoldedTrunk trunk, int size, int hidden, double dropout)
    {
        _trunk = trunk;
        Grid =
            Math.Min(LargestGrid,
            SamePadding.OutputSize(SamePadding.OutputSize(SamePadding.OutputSize(SamePadding.OutputSize(size, trunk.Stride / 4),
            2), 2), 2));
        _head = new FullyConnectedHead(trunk.OutputChannels * Grid * Grid, 1, hidden, Pool, dropout);
        _fc8 = new Convolution(new ConvolutionShape(hidden, VocClasses.Names.Count, 1), bias: true);
    }

    /// <summary>G.</summary>
    internal int Grid { get; }

    /// <summary>All layers as a chain.</summary>
    internal IReadOnlyList<ChainLayer> Chain =>
        [.. _trunk.Chain, .. _head.Chain, new("fc8", _fc8, static x => functional.relu(x))];

    /// <summary>What is trained with the first layers frozen.</summary>
    internal IEnumerable<NetworkTensor> Trained(int frozen) =>
        [.. _trunk.TrainedBehind(frozen), .. _head.Trained(), .. _fc8.Trained()];

    /// <summary>fc6 and fc7 with random weights of fixed deviation.</summary>
    internal void DrawHidden(long seed) => _head.Draw(seed);

    /// <summary>The last layer anew, as training begins with it whatever came before.</summary>
    internal void DrawLast(long seed) => RandomWeights.Set("head.fc8", _fc8, LastDeviation, LastBias, seed);

    /// <summary>(B, 3, S, S) in [-1, 1] to logits (B, 20).</summary>
    internal Tensor Logits(Tensor images, Generator? dropout) =>
        _fc8.forward(_head.Forward(_trunk.Forward(images), dropout)).reshape(-1, VocClasses.Names.Count);

    /// <summary>
    /// Sigmoid cross-entropy, summed over classes and divided by the images (Caffe's SigmoidCrossEntropyLoss); difficult ones
    /// count nothing.
    /// </summary>
    internal static Tensor Loss(Tensor logits, IReadOnlyList<sbyte[]> labels)
    {
        float[] targets = [.. labels.SelectMany(row => row.Select(label => label == 1 ? 1f : 0f))],
        judged = [.. labels.SelectMany(row => row.Select(label => label == 0 ? 0f : 1f))];
        long[] shape = [labels.Count, VocClasses.Names.Count];
        Tensor weights = TensorData.From<float>(judged, shape);
        Tensor sum = functional.binary_cross_entropy_with_logits(logits, TensorData.From<float>(targets, shape), weights,
            nn.Reduction.Sum);
        return sum.Over(labels.Count);
    }

    public void Dispose()
    {
        _trunk.Dispose();
        _head.Dispose();
        _fc8.Dispose();
    }

    private Tensor Pool(Tensor conv5)
    {
        Tensor pooled = Operations.MaxPoolSame(conv5, 3, 2);
        if (pooled.shape[2] != Grid || pooled.shape[3] != Grid)
            pooled = functional.adaptive_max_pool2d(pooled, [Grid, Grid]);
        return pooled.contiguous().reshape(pooled.shape[0], -1, 1, 1);
    }
}
