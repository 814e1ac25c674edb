using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Evaluation;

// N training rows, B batch, D numbers of a row, K classes, M heads of a layer (one for each seed or fold).

/// <summary>How the linear heads of a protocol are trained.</summary>
internal sealed record LayerwiseHeadOptions
{
    /// <summary>Passes over the training rows.</summary>
    internal required int Epochs { get; init; }

    /// <summary>Rows of one step; the last step of a pass may have fewer.</summary>
    internal required int Batch { get; init; }

    /// <summary>Learning rate of a step, of how many steps a pass has.</summary>
    internal required Func<long, long, double> Rate { get; init; }

    /// <summary>The head's update rule.</summary>
    internal required LinearHeadOptions Head { get; init; }

    /// <summary>
    /// Root mean square that each layer's features are brought to by one factor for the whole layer; null to take them as they
    /// are. For heads without batch norm, whose rate supposes features of a batch-normalised trunk.
    /// </summary>
    internal double? RootMeanSquare { get; init; }

    /// <summary>
    /// Whether the test accuracy is taken after every pass, so that the best is known, or after the last alone.
    /// </summary>
    internal bool EveryEpoch { get; init; }
}

/// <summary>A head to be trained on every layer: one seed, or one fold.</summary>
/// <param name="Rows">Training rows it may see.</param>
/// <param name="Seed">Seed of its initial weights, its order of rows and its choice of views.</param>
internal sealed record HeadTraining(int[] Rows, ulong Seed);

/// <summary>What one head reached on the test images.</summary>
/// <param name="Top1">After each pass that was measured, the last one last.</param>
/// <param name="Top5">The same with the five highest scores.</param>
internal sealed record HeadAccuracy(IReadOnlyList<double> Top1, IReadOnlyList<double> Top5);

/// <summary>
/// Linear heads of all layers, seeds and folds, trained in the same passes over cached features. Nothing of the optimiser is
/// shortened: each head takes the steps that it would take alone.
/// </summary>
internal sealed class LayerwiseHeads
{
    private readonly LayerwiseHeadOptions _options;
    private readonly IReadOnlyList<IReadOnlyList<FeatureBank>> _views;
    private readonly IReadOnlyList<HeadTraining> _trainings;
    private readonly int _classes;
    private readonly IReadOnlyList<int> _layers;
    private readonly LinearHead[][] _heads;

    /// <param name="options">How they are trained.</param>
    /// <param name="views">Features of the training rows, view by view, layer by layer; each row is seen through a view drawn
    /// anew in each pass.</param>
    /// <param name="trainings">The heads of each layer, 1 or more.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="layers">Of which layers, by their numbers; null for all.</param>
    internal LayerwiseHeads(LayerwiseHeadOptions options, IReadOnlyList<IReadOnlyList<FeatureBank>> views,
        IReadOnlyList<HeadTraining> trainings, int classes, IReadOnlyList<int>? layers = null)
    {
        (_options, _views, _trainings, _classes) = (options, views, trainings, classes);
        _layers = layers ?? [.. Enumerable.Range(0, views[0].Count)];
        _heads = [.. _layers.Select(layer =>
        {
            double scale = options.RootMeanSquare is { } wanted ? wanted / RootMeanSquareOf(layer) : 1;
            return trainings.Select(training => new LinearHead(views[0][layer].Dimensions, classes, options.Head,
                SeededRandom.Mix(training.Seed, (ulong)layer + 1), scale)).ToArray();
        })];
    }

    /// <summary>Trains and measures.</summary>
    /// <param name="test">Accuracy of the heads as they are, layer by layer, head by head.</param>
    /// <param name="stretch">Told of passes.</param>
    /// <param name="stop">Looked at between steps.</param>
    /// <returns>Layer by layer of those that are trained, head by head.</returns>
    internal HeadAccuracy[][] Run(Func<IReadOnlyList<StackedHeads>, (double Top1, double Top5)[][]> test,
        EvaluationProgress.Stretch stretch, CancellationToken stop)
    {
        using IDisposable off = no_grad();
        List<(double Top1, double Top5)[][]> measured = [];
        try
        {
            for (int epoch = 0; epoch < _options.Epochs; epoch++)
            {
                for (int m = 0; m < _trainings.Count; m++)
                    RunEpoch(m, epoch, stop);
                if (_options.EveryEpoch || epoch == _options.Epochs - 1)
                {
                    using DisposeScope scope = NewDisposeScope();
                    measured.Add(test([.. _heads.Select(heads => StackedHeads.Of(heads, _classes))]));
                }
                stretch.Report(epoch + 1);
            }
        }
        finally
        {
            foreach (LinearHead head in _heads.SelectMany(heads => heads))
                head.Dispose();
        }
        return [.. _heads.Select((heads, layer) => heads.Select((_, m) =>
            new HeadAccuracy([.. measured.Select(r => r[layer][m].Top1)], [.. measured.Select(r => r[layer][m].Top5)]))
                .ToArray())];
    }

    private double RootMeanSquareOf(int layer)
    {
        const int chunk = 1000;
        double sum = 0;
        foreach (Tensor rows in _views.Select(view => view[layer].Rows))
        {
            for (long first = 0; first < rows.shape[0]; first += chunk)
            {
                using DisposeScope scope = NewDisposeScope();
                sum += rows.narrow(0, first, Math.Min(chunk, rows.shape[0] - first)).Squared().sum().item<float>();
            }
        }
        return Math.Max(1e-12, Math.Sqrt(sum / (_views.Count * _views[0][layer].Rows.numel())));
    }

    private void RunEpoch(int m, int epoch, CancellationToken stop)
    {
        HeadTraining training = _trainings[m];
        ulong seed = SeededRandom.Mix(training.Seed, (ulong)epoch << 32);
        int[] order = SeededRandom.Permutation(training.Rows.Length, seed);
        SeededRandom random = new(SeededRandom.Mix(seed, 1));
        long steps = (order.Length + _options.Batch - 1) / _options.Batch, step = epoch * steps;
        for (int first = 0; first < order.Length; first += _options.Batch, step++)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int[] batch = [.. order.AsSpan(first, Math.Min(_options.Batch, order.Length - first)).ToArray()
                .Select(i => training.Rows[i])];
            (int[] rows, int[] counts) = DrawViews(batch, ref random);
            int[] labels = _views[0][0].Labels;
            Tensor targets = LinearHead.Targets([.. rows.Select(row => labels[row])], _classes);
            Tensor indices = TensorData.From<long>([.. rows.Select(row => (long)row)], rows.Length);
            double rate = _options.Rate(step, steps);
            for (int i = 0; i < _heads.Length; i++)
            {
                using DisposeScope inner = NewDisposeScope();
                _heads[i][m].Step(Gather(_layers[i], indices, counts), targets, rate);
            }
        }
    }

    // Grouped by view: within a batch the order means nothing.
    private (int[] Rows, int[] Counts) DrawViews(int[] batch, ref SeededRandom random)
    {
        if (_views.Count == 1)
            return (batch, [batch.Length]);
        var byView = new List<int>[_views.Count];
        for (int v = 0; v < byView.Length; v++)
            byView[v] = [];
        foreach (int row in batch)
            byView[random.NextInt(byView.Length)].Add(row);
        return ([.. byView.SelectMany(rows => rows)], [.. byView.Select(rows => rows.Count)]);
    }

    private Tensor Gather(int layer, Tensor indices, int[] counts)
    {
        if (counts.Length == 1)
            return _views[0][layer].Rows.index_select(0, indices);
        var parts = new List<Tensor>();
        long first = 0;
        for (int v = 0; v < counts.Length; first += counts[v++])
            if (counts[v] > 0)
                parts.Add(_views[v][layer].Rows.index_select(0, indices.narrow(0, first, counts[v])));
        return parts.Count == 1 ? parts[0] : cat([.. parts], 0);
    }
}

/// <summary>All heads of a layer in one matrix, as they are for testing.</summary>
/// <param name="Weight">(M * K, D).</param>
/// <param name="Bias">(M * K).</param>
/// <param name="Classes">K.</param>
internal sealed record StackedHeads(Tensor Weight, Tensor Bias, int Classes)
{
    internal static StackedHeads Of(IReadOnlyList<LinearHead> heads, int classes)
    {
        (Tensor Weight, Tensor Bias)[] parts = [.. heads.Select(head => head.ForInference())];
        return new StackedHeads(cat([.. parts.Select(p => p.Weight)], 0), cat([.. parts.Select(p => p.Bias)], 0), classes);
    }

    /// <summary>Scores (B, M, K) of rows (B, D).</summary>
    internal Tensor Scores(Tensor rows) => functional.linear(rows, Weight, Bias).reshape(rows.shape[0], -1, Classes);
}
