using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>Banks that are being filled batch by batch, for several reductions at once.</summary>
internal sealed class FeatureBankFilling(LabelledImages source, IReadOnlyList<FeatureReduction> reductions) : IDisposable
{
    /// <summary>Images that pass through the network together.</summary>
    internal const int Batch = 250;

    // Room for the program, the images and the heads.
    private const double ShareOfMemory = 0.8;

    private readonly int[] _labels = source.Labels();
    private readonly List<FeatureBank[]> _layers = [];
    private bool _finished;

    /// <summary>One pass of images through a network, for all reductions.</summary>
    /// <param name="extractor">The network.</param>
    /// <param name="source">The images.</param>
    /// <param name="view">How they are seen; a random view's seed is the image's number.</param>
    /// <param name="reductions">1 or more.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="share">Processes that compute batches in turn; null for this one alone.</param>
    /// <param name="stop">Looked at between batches.</param>
    /// <returns>For each reduction one bank a layer; they belong to the caller.</returns>
    internal static IReadOnlyList<FeatureBank>[] Pass(
        FeatureExtractor extractor, LabelledImages source, IImageView view, IReadOnlyList<FeatureReduction> reductions,
        IProgress<DecodingProgress>? progress = null, IWorkShare? share = null, CancellationToken stop = default)
    {
        share ??= WholeShare.Instance;
        using IDisposable off = no_grad();
        using var filling = new FeatureBankFilling(source, reductions);
        int round = 0;
        foreach (LoadedBatch batch in BatchLoader.Pass(source.Images, source.Indices, view, Batch, share))
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor images = TensorData.From<float>(batch.Pixels, batch.Count, 3, batch.Size, batch.Size).ToChannelsLast();
            filling.Add(extractor.Extract(images.Send(extractor.Device)), filling.BatchOf(share, round, share.Rank));
            filling.Exchange(share, round++);
            progress?.Report(new DecodingProgress(Math.Min(round * share.Size * Batch, source.Count), source.Count, 0));
            batch.Dispose();
        }
        filling.RequireFinite(extractor.Name);
        return filling.Finish();
    }

    // A process without a batch of its own in the last round makes the last one once more.
    private (int First, int Count) BatchOf(IWorkShare share, int round, int rank)
    {
        int batches = (_labels.Length + Batch - 1) / Batch, first = Math.Min(round * share.Size + rank, batches - 1) * Batch;
        return (first, Math.Min(Batch, _labels.Length - first));
    }

    // The rows of each process go straight into the banks of the others.
    private void Exchange(IWorkShare share, int round)
    {
        if (share.Size == 1)
            return;
        for (int rank = 0; rank < share.Size; rank++)
        {
            (int first, int count) = BatchOf(share, round, rank);
            foreach (FeatureBank bank in _layers.SelectMany(layer => layer.Distinct()))
                share.Broadcast(bank.Rows.narrow(0, first, count), rank);
        }
    }

    /// <summary>Adds a batch's layers.</summary>
    /// <exception cref="SpotException">The banks would not fit into memory.</exception>
    private void Add(IReadOnlyList<(string Layer, Tensor Features)> layers, (int First, int Count) batch)
    {
        if (_layers.Count == 0)
            Make(layers);
        for (int i = 0; i < layers.Count; i++)
        {
            for (int r = 0; r < reductions.Count; r++)
            {
                if (Array.IndexOf(_layers[i], _layers[i][r]) < r)
                    continue;
                _layers[i][r].Rows.narrow(0, batch.First, batch.Count).copy_(reductions[r].Apply(layers[i].Features));
            }
        }
    }

    // Rates computed from numbers that are none look like rates.
    private void RequireFinite(string network)
    {
        foreach (FeatureBank bank in _layers.SelectMany(layer => layer).Distinct())
        {
            using DisposeScope scope = NewDisposeScope();
            if (!bank.Rows.sum().isfinite().item<bool>())
                throw new SpotException(
                    $"the features of {bank.Layer} of the network '{network}' are not finite: its weights are damaged or of a "
                        + "run that went wrong; take those of an earlier checkpoint, or train again");
        }
    }

    /// <summary>The banks of each reduction, layer by layer; they belong to the caller now.</summary>
    private IReadOnlyList<FeatureBank>[] Finish()
    {
        _finished = true;
        return [.. Enumerable.Range(0, reductions.Count)
            .Select(r => (IReadOnlyList<FeatureBank>)[.. _layers.Select(layer => layer[r])])];
    }

    public void Dispose()
    {
        if (_finished)
            return;
        foreach (FeatureBank bank in _layers.SelectMany(layer => layer).Distinct())
            bank.Dispose();
    }

    private void Make(IReadOnlyList<(string Layer, Tensor Features)> layers)
    {
        RequireMemory(layers);
        foreach ((string layer, Tensor map) in layers)
        {
            var banks = new FeatureBank[reductions.Count];
            FeatureBank? whole = null;
            for (int r = 0; r < banks.Length; r++)
            {
                (int rows, int columns) = reductions[r].Grid(map.shape[1], map.shape[2], map.shape[3]);
                FeatureBank Empty() => new(layer, TensorData.Full(0, CPU, _labels.Length, map.shape[1] * rows * columns)
                    .DetachFromDisposeScope(), _labels);
                banks[r] = reductions[r].Keeps(map) ? whole ??= Empty() : Empty();
            }
            _layers.Add(banks);
        }
    }

    private void RequireMemory(IReadOnlyList<(string Layer, Tensor Features)> layers)
    {
        double needed = 0;
        foreach ((_, Tensor map) in layers)
            needed += reductions.Select(reduction => reduction.Grid(map.shape[1], map.shape[2], map.shape[3])).Distinct()
                .Sum(grid => 4.0 * _labels.Length * map.shape[1] * grid.Rows * grid.Columns);
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        double free = ShareOfMemory * (memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        if (needed > free && memory.MemoryLoadBytes > 0)
            throw new SpotException(
                $"the features of {_labels.Length} images need {needed / 1e9:0.0} GB, {Math.Max(0, free) / 1e9:0.0} GB are to be "
                    + "had; use fewer images, fewer protocols in one call, or fewer views (--set views=1)");
    }
}
