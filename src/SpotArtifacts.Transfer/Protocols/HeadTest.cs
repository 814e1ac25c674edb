using SpotArtifacts.Engine;
using SpotArtifacts.Transfer.Evaluation;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>Accuracies of stacked heads over a bank of test rows, each row read once for all heads.</summary>
internal static class HeadTest
{
    private const int Top = 5;

    /// <summary>Top-1 and top-5 accuracy of each head; top-5 is 1 with five classes or fewer.</summary>
    internal static (double Top1, double Top5)[] Accuracies(StackedHeads heads, FeatureBank bank, int chunk)
    {
        var counts = new AccuracyCounts();
        for (int first = 0; first < bank.Labels.Length; first += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(chunk, bank.Labels.Length - first);
            counts.Add(heads.Scores(bank.Rows.narrow(0, first, count)), bank.Labels.AsSpan(first, count));
        }
        return counts.Finish();
    }

    /// <summary>Right answers counted chunk by chunk.</summary>
    internal sealed class AccuracyCounts
    {
        private double[] _top1 = [], _top5 = [];
        private int _rows;

        /// <summary>Adds scores (B, M, K).</summary>
        internal void Add(Tensor scores, ReadOnlySpan<int> labels)
        {
            int heads = (int)scores.shape[1], classes = (int)scores.shape[2];
            if (_rows == 0)
                (_top1, _top5) = (new double[heads], new double[heads]);
            for (int m = 0; m < heads; m++)
            {
                float[] own = scores.narrow(1, m, 1).contiguous().ToArray<float>();
                _top1[m] += labels.Length * Metrics.TopKAccuracy(own, labels);
                _top5[m] += labels.Length * (classes > Top ? Metrics.TopKAccuracy(own, labels, Top) : 1);
            }
            _rows += labels.Length;
        }

        internal (double Top1, double Top5)[] Finish() => [.. _top1.Select((right, m) => (right / _rows, _top5[m] / _rows))];
    }
}

/// <summary>Softmax outputs of all heads of all layers, summed over views of the test images.</summary>
internal sealed class TenCropScores
{
    private readonly IReadOnlyList<StackedHeads> _heads;
    private readonly int[] _labels;
    private readonly Tensor[] _sums;

    internal TenCropScores(IReadOnlyList<StackedHeads> heads, int[] labels)
    {
        (_heads, _labels) = (heads, labels);
        _sums =
            [.. heads.Select(layer => TensorData.Full(0, CPU, _labels.Length, layer.Bias.shape[0] / layer.Classes,
            layer.Classes))];
    }

    /// <summary>Adds one view's rows, layer by layer.</summary>
    internal void Add(IReadOnlyList<FeatureBank> banks, int chunk)
    {
        for (int layer = 0; layer < banks.Count; layer++)
        {
            for (int first = 0; first < _labels.Length; first += chunk)
            {
                using DisposeScope scope = NewDisposeScope();
                int count = Math.Min(chunk, _labels.Length - first);
                Tensor sum = _sums[layer].narrow(0, first, count);
                sum.AddInPlace(functional.softmax(_heads[layer].Scores(banks[layer].Rows.narrow(0, first, count)), -1));
            }
        }
    }

    internal (double Top1, double Top5)[][] Accuracies() => [.. _sums.Select(sum =>
    {
        var counts = new HeadTest.AccuracyCounts();
        counts.Add(sum, _labels);
        return counts.Finish();
    })];
}
