using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Networks;
using SpotArtifacts.Transfer.Trunk;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Voc;

// H rows and W columns of the image, h and w of a map of scores.

/// <summary>
/// FCN on the trunk (Long, Shelhamer, Darrell 2015; shelhamer/fcn.berkeleyvision.org <c>voc-fcn-alexnet </c>): pool5, fc6 and fc7
/// as convolutions, 21 scores a cell, enlarged bilinearly to the image; by choice a second set of scores on conv5, at half the
/// stride, added to them.
/// </summary>
internal sealed class SegmentationNetwork : IDisposable
{
    private readonly FoldedTrunk _trunk;
    private readonly FullyConnectedHead _head;
    private readonly Convolution _score;
    private readonly Convolution? _skip;
    private readonly int _kernel;

    /// <param name="trunk">Owned by this object from now on.</param>
    /// <param name="hidden">Width of fc6 and fc7.</param>
    /// <param name="kernel">Side of fc6's kernel: 6 in AlexNet.</param>
    /// <param name="skip">Whether conv5 is scored too.</param>
    /// <param name="dropout">Probability behind fc6 and fc7.</param>
    internal SegmentationNetwork(FoldedTrunk trunk, int hidden, int kernel, bool skip, double dropout)
    {
        (_trunk, _kernel) = (trunk, kernel);
        _head = new FullyConnectedHead(trunk.OutputChannels, kernel, hidden, x => Operations.MaxPoolSame(x, 3, 2), dropout);
        _score = new Convolution(new ConvolutionShape(hidden, VocClasses.MaskClasses, 1), bias: true);
        _skip = skip ? new Convolution(new ConvolutionShape(trunk.OutputChannels, VocClasses.MaskClasses, 1), bias: true) : null;
    }

    /// <summary>Input pixels from one cell of the coarsest map to the next.</summary>
    internal int Stride => 2 * _trunk.Stride;

    // SAME max-pooling of 3 by stride 2 begins without padding: its first cell is centred on conv5's second. An even kernel sees
    // half a cell more behind than before.
    private double Offset => _trunk.Offset + _trunk.Stride + (_kernel % 2 == 0 ? 0.5 * Stride : 0);

    /// <summary>All layers but the skip's as a chain.</summary>
    internal IReadOnlyList<ChainLayer> Chain =>
        [.. _trunk.Chain, .. _head.Chain, new("score", _score, static x => functional.relu(x))];

    /// <summary>What is trained with the first layers frozen.</summary>
    internal IEnumerable<NetworkTensor> Trained(int frozen) =>
        [.. _trunk.TrainedBehind(frozen), .. _head.Trained(), .. _score.Trained(), .. _skip?.Trained() ?? []];

    /// <summary>fc6 and fc7 with random weights of fixed deviation.</summary>
    internal void DrawHidden(long seed) => _head.Draw(seed);

    /// <summary>Score layers begin at zero, as in FCN, whatever rescaling made of them.</summary>
    internal void ZeroScores()
    {
        RandomWeights.Set("head.score", _score, 0, 0, 0);
        if (_skip is not null)
            RandomWeights.Set("head.score_conv5", _skip, 0, 0, 0);
    }

    /// <summary>Scores (1, 21, H, W) of each pixel.</summary>
    /// <param name="image">(1, 3, H', W'), sides multiples of <see cref="Stride"/>.</param>
    /// <param name="height">H, at most H'.</param>
    /// <param name="width">W, at most W'.</param>
    /// <param name="dropout">Source of dropout; null for none.</param>
    internal Tensor Scores(Tensor image, int height, int width, Generator? dropout)
    {
        Tensor conv5 = _trunk.Forward(image);
        Tensor scores = Enlarge(_score.forward(_head.Forward(conv5, dropout)), height, width, Stride, Offset);
        return _skip is null ? scores : scores.Plus(Enlarge(_skip.forward(conv5), height, width, _trunk.Stride, _trunk.Offset));
    }

    /// <summary>Mean cross-entropy over the pixels that are judged.</summary>
    internal static Tensor Loss(Tensor scores, IndexedImage truth)
    {
        long[] labels = [.. truth.Indices.Select(index => (long)index)];
        return functional.cross_entropy(scores, TensorData.From<long>(labels, 1, truth.Height, truth.Width),
            ignore_index: VocClasses.Ignore);
    }

    /// <summary>
    /// Bilinear interpolation between cells where they really lie: cell i of a map is centred on input pixel offset + i * stride;
    /// outside the outermost centres their values hold.
    /// </summary>
    internal static Tensor Enlarge(Tensor map, int height, int width, int stride, double offset)
    {
        Tensor rows = Weights(height, (int)map.shape[2], stride, offset),
        columns = Weights(width, (int)map.shape[3], stride, offset);
        return rows.matmul(map.contiguous()).matmul(columns.transpose(0, 1));
    }

    public void Dispose()
    {
        _trunk.Dispose();
        _head.Dispose();
        _score.Dispose();
        _skip?.Dispose();
    }

    private static Tensor Weights(int pixels, int cells, int stride, double offset)
    {
        float[] weights = new float[pixels * cells];
        for (int p = 0; p < pixels; p++)
        {
            double at = Math.Clamp((p - offset) / stride, 0, cells - 1);
            int first = Math.Min((int)at, cells - 1);
            weights[p * cells + first] += (float)(1 - (at - first));
            if (first + 1 < cells)
                weights[p * cells + first + 1] += (float)(at - first);
        }
        return TensorData.From<float>(weights, pixels, cells);
    }
}
