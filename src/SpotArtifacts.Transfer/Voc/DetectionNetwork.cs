using SpotArtifacts.Engine;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Networks;
using SpotArtifacts.Transfer.Trunk;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Voc;

// R regions, G rows and columns of a pooled region, K = 21 classes with background.

/// <summary>
/// Fast R-CNN on the trunk (Girshick 2015): region pooling behind conv5, fc6, fc7, scores of 21 classes and offsets for each.
/// </summary>
internal sealed class DetectionNetwork : IDisposable
{
    private const int Classes = VocClasses.MaskClasses;
    private readonly FoldedTrunk _trunk;
    private readonly FullyConnectedHead _head;
    private readonly Convolution _score, _offsets;
    private readonly int _grid;

    /// <param name="trunk">Owned by this object from now on.</param>
    /// <param name="grid">G: 6 for AlexNet.</param>
    /// <param name="hidden">Width of fc6 and fc7.</param>
    /// <param name="dropout">Probability behind each of both.</param>
    internal DetectionNetwork(FoldedTrunk trunk, int grid, int hidden, double dropout)
    {
        (_trunk, _grid) = (trunk, grid);
        _head = new FullyConnectedHead(trunk.OutputChannels * grid * grid, 1, hidden, WholeImage, dropout);
        _score = new Convolution(new ConvolutionShape(hidden, Classes, 1), bias: true);
        _offsets = new Convolution(new ConvolutionShape(hidden, 4 * Classes, 1), bias: true);
    }

    /// <summary>Input pixels from one cell of conv5 to the next.</summary>
    internal int Stride => _trunk.Stride;

    /// <summary>Trunk, fc6, fc7 and the scores as a chain in which each image is one region.</summary>
    internal IReadOnlyList<ChainLayer> Chain =>
        [.. _trunk.Chain, .. _head.Chain, new("cls_score", _score, static x => functional.relu(x))];

    /// <summary>What is trained with the first layers frozen.</summary>
    internal IEnumerable<NetworkTensor> Trained(int frozen) =>
        [.. _trunk.TrainedBehind(frozen), .. _head.Trained(), .. _score.Trained(), .. _offsets.Trained()];

    /// <summary>fc6 and fc7 with random weights of fixed deviation.</summary>
    internal void DrawHidden(long seed) => _head.Draw(seed);

    /// <summary>
    /// The two last layers anew: deviations 0.01 and 0.001, bias 0 (Girshick 2015, section 2.3 and the models' train.prototxt).
    /// </summary>
    internal void DrawLast(long seed)
    {
        RandomWeights.Set("head.cls_score", _score, 0.01, 0, seed);
        RandomWeights.Set("head.bbox_pred", _offsets, 0.001, 0, seed);
    }

    /// <summary>Pooled regions (R, K5 * G * G, 1, 1) of one image's conv5.</summary>
    /// <param name="conv5">Of an image whose sides are multiples of <see cref="Stride"/>.</param>
    /// <param name="regions">Boxes in the pixels of the image before it was scaled.</param>
    /// <param name="scale">Factor by which it was.</param>
    internal Tensor Pool(Tensor conv5, IReadOnlyList<Box> regions, double scale)
    {
        // Nothing lies before the first cell's centre: what begins there would lose a part of its bins to cells that do not
        // exist.
        float s = (float)scale, first = (float)_trunk.Offset;
        int count = regions.Count;
        float[] rows =
            [.. regions.SelectMany(box => new[] { 0, Math.Max(box.X1 * s, first), Math.Max(box.Y1 * s, first),
            Math.Max(box.X2 * s, first), Math.Max(box.Y2 * s, first) })];
        return Operations.RegionMaxPool(conv5, TensorData.From<float>(rows, count, 5), _grid, _grid, Stride,
            _trunk.Offset).reshape(count, -1, 1, 1);
    }

    /// <summary>conv5 after ReLU.</summary>
    internal Tensor Conv5(Tensor image) => _trunk.Forward(image);

    /// <summary>Scores (R, 21) and offsets (R, 84) of pooled regions.</summary>
    internal (Tensor Scores, Tensor Offsets) Judge(Tensor pooled, Generator? dropout)
    {
        Tensor hidden = _head.ForwardPooled(pooled, dropout);
        return (_score.forward(hidden).reshape(-1, Classes), _offsets.forward(hidden).reshape(-1, 4 * Classes));
    }

    /// <summary>
    /// Softmax cross-entropy, mean over regions, plus smooth L1 of the true class's offsets, summed and divided by the regions.
    /// </summary>
    internal static Tensor Loss(Tensor scores, Tensor offsets, IReadOnlyList<TrainingRegion> regions, OffsetStatistics statistics)
    {
        int count = regions.Count;
        long[] labels = [.. regions.Select(region => (long)region.Class)];
        float[] targets = new float[count * 4 * Classes], weights = new float[targets.Length];
        for (int i = 0; i < count; i++)
        {
            if (regions[i].Class == 0)
                continue;
            int at = (i * Classes + regions[i].Class) * 4;
            statistics.Normalize(regions[i].Class, regions[i].Target).CopyTo(targets, at);
            weights.AsSpan(at, 4).Fill(1);
        }
        Tensor judged = offsets * TensorData.From<float>(weights, count, 4 * Classes);
        Tensor moved = functional.smooth_l1_loss(judged, TensorData.From<float>(targets, count, 4 * Classes), nn.Reduction.Sum);
        return Operations.SoftmaxCrossEntropy(scores, TensorData.From<long>(labels, count)).Plus(moved.Over(count));
    }

    public void Dispose()
    {
        _trunk.Dispose();
        _head.Dispose();
        _score.Dispose();
        _offsets.Dispose();
    }

    // For rescaling only: one region that is the whole image.
    private Tensor WholeImage(Tensor conv5)
    {
        float[] rows = new float[conv5.shape[0] * 5];
        for (int i = 0; i < conv5.shape[0]; i++)
            (rows[5 * i], rows[5 * i + 1], rows[5 * i + 2], rows[5 * i + 3], rows[5 * i + 4]) =
                (i, (float)_trunk.Offset, (float)_trunk.Offset, conv5.shape[3] * Stride - 1, conv5.shape[2] * Stride - 1);
        return Operations.RegionMaxPool(conv5, TensorData.From<float>(rows, conv5.shape[0], 5), _grid, _grid, Stride,
            _trunk.Offset).reshape(conv5.shape[0], -1, 1, 1);
    }
}
