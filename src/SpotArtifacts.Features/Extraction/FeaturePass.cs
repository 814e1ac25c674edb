using System.Diagnostics;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Features.Extraction;

/// <summary>Features of a stretch of a set's images.</summary>
/// <param name="First">Index of the first image looked at.</param>
/// <param name="Next">One past the last one looked at.</param>
/// <param name="Indices">The image of each row: those that are good, each as often as it was shown.</param>
/// <param name="Values">Rows of D numbers each.</param>
internal sealed record FeatureRows(int First, int Next, IReadOnlyList<int> Indices, float[] Values);

/// <summary>
/// A set's images to features, once, in order. Threads decode ahead while the model computes, so that neither waits for the
/// other; memory holds a few batches, however large the set. Images share a batch by their index alone, so a row's bits do not
/// depend on where a pass begins.
/// </summary>
internal sealed class FeaturePass : IDisposable
{
    private readonly SpotModel _model;
    private readonly BatchPrefetcher _prefetcher;
    private readonly int _batch;
    private readonly Func<RgbImage, IReadOnlyList<RgbImage>>? _parts;
    private readonly IWorkShare _share;
    private readonly long _first, _end, _rounds;

    /// <summary>Starts decoding.</summary>
    /// <param name="model">Computes.</param>
    /// <param name="set">The images; stays open while this is in use.</param>
    /// <param name="first">Where to begin: a multiple of the model's batch, or the number of images.</param>
    /// <param name="threads">Threads that decode, 1 or more; 0 for one a core.</param>
    /// <param name="parts">Pictures to show instead of each image; called from several threads.</param>
    /// <param name="share">Who else computes batches of this pass; null for nobody.</param>
    internal FeaturePass(
        SpotModel model, ImageSet set, int first = 0, int threads = 0, Func<RgbImage, IReadOnlyList<RgbImage>>? parts = null,
        IWorkShare? share = null)
    {
        _share = share ?? WholeShare.Instance;
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        (_model, _batch, _parts) = (model, model.Options.BatchSize, parts);
        if (first % _batch != 0 && first != set.Count)
            throw new ArgumentException($"a pass in batches of {_batch} cannot begin at image {first}", nameof(first));
        if (threads == 0)
            threads = Environment.ProcessorCount;
        // Each image is asked for once: none is kept. A damaged one costs its row, whatever their number: nothing is trained
        // here.
        Images = new DecodedImages(
            set, new DecodedImagesOptions { MemoryBudget = 0, MaxSkippedShare = 1, Target = model.View.Target });
        _first = (first + _batch - 1) / _batch;
        _end = (set.Count + _batch - 1) / _batch;
        // Of each round of batches, one for each process, this one makes one; the last round may have less than that.
        _rounds = (Math.Max(_first, _end) - _first + _share.Size - 1) / _share.Size;
        _prefetcher = new BatchPrefetcher(
            round => Make(_first + round * _share.Size + _share.Rank), 0, _rounds, threads, threads + 1);
    }

    /// <summary>The images, with what was damaged among those looked at so far.</summary>
    internal DecodedImages Images { get; }

    /// <summary>Time in which nothing could go on for want of decoded images.</summary>
    internal TimeSpan WaitTime => _prefetcher.WaitTime;

    /// <summary>Time in which nothing could go on for want of computed rows.</summary>
    internal TimeSpan ComputeTime { get; private set; }

    /// <summary>The features, stretch by stretch; to be enumerated once.</summary>
    /// <param name="cancellation">Stops between batches.</param>
    internal IEnumerable<FeatureRows> Run(CancellationToken cancellation = default)
    {
        (LoadedBatch Batch, Task<float[]> Values)? computing = null;
        try
        {
            for (long round = 0; round < _rounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                LoadedBatch batch = Take();
                Task<float[]> values = batch.Count == 0 ? Task.FromResult<float[]>([]) : _model.EmbedAsync(batch);
                // While the consumer works on these rows, the next are computed.
                (LoadedBatch Batch, Task<float[]> Values)? before = computing;
                computing = (batch, values);
                if (before is not null)
                    foreach (FeatureRows rows in _share.Exchange(Finish(before.Value.Batch, before.Value.Values), Images))
                        yield return rows;
            }
            if (computing is not null)
                foreach (FeatureRows rows in _share.Exchange(Finish(computing.Value.Batch, computing.Value.Values), Images))
                    yield return rows;
            computing = null;
        }
        finally
        {
            if (computing is { } left)
            {
                left.Values.ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
                left.Batch.Dispose();
            }
        }
    }

    /// <summary>Stops the decoding threads.</summary>
    public void Dispose() => _prefetcher.Dispose();

    private LoadedBatch Take()
    {
        TimeSpan before = WaitTime;
        LoadedBatch batch = _prefetcher.Take();
        SpotTelemetry.CountWaiting(WaitTime - before, "images");
        return batch;
    }

    private FeatureRows Finish(LoadedBatch batch, Task<float[]> values)
    {
        int first = (int)Math.Min(batch.Step * _batch, Images.Count);
        long since = Stopwatch.GetTimestamp();
        try
        {
            float[] rows = values.GetAwaiter().GetResult();
            TimeSpan waited = Stopwatch.GetElapsedTime(since);
            ComputeTime += waited;
            SpotTelemetry.CountWaiting(waited, "network");
            return new FeatureRows(first, Math.Min(first + _batch, Images.Count), [.. batch.Indices], rows);
        }
        finally
        {
            batch.Dispose();
        }
    }

    private LoadedBatch Make(long number)
    {
        int first = (int)Math.Min(number * _batch, Images.Count), end = Math.Min(first + _batch, Images.Count),
            values = 3 * _model.View.Size * _model.View.Size,
            decoded = 0;
        List<RgbImage> shown = [];
        List<int> good = [];
        for (int index = first; index < end; index++)
        {
            if (Images.TryGet(index) is not { } image)
                continue;
            IReadOnlyList<RgbImage> pictures = _parts is null ? [image] : _parts(image);
            shown.AddRange(pictures);
            good.AddRange(Enumerable.Repeat(index, pictures.Count));
            decoded++;
        }
        SpotTelemetry.Decoded.Add(decoded);
        SpotTelemetry.Skipped.Add(end - first - decoded);
        float[] pixels = new float[shown.Count * values];
        for (int i = 0; i < shown.Count; i++)
            _model.View.Apply(shown[i], 0, pixels.AsSpan(i * values, values));
        return new LoadedBatch(pixels, [.. good], _model.View.Size, null) { Step = number };
    }
}
