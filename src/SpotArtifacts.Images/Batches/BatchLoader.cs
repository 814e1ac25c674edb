using System.Collections.Concurrent;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Images;

/// <summary>How training batches are put together.</summary>
public sealed record BatchLoaderOptions
{
    /// <summary>Images per batch of this rank, 1 or more; may exceed the number of images.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Which part of each global batch this is, 0 to WorldSize - 1.</summary>
    public int Rank { get; init; }

    /// <summary>Number of ranks that share a global batch of WorldSize * BatchSize, 1 or more.</summary>
    public int WorldSize { get; init; } = 1;

    /// <summary>
    /// 0: each epoch is a permutation of the whole set; else shards in random order, permuted within this many images.
    /// </summary>
    public int ShuffleBuffer { get; init; }

    /// <summary>Decides order and views.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Step of the first batch, 0 or more: where a resumed run goes on.</summary>
    public long StartStep { get; init; }

    /// <summary>Background threads, 1 or more. They change the speed, never a batch.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Batches made ahead, 1 or more.</summary>
    public int Ahead { get; init; } = 4;
}

/// <summary>
/// Endless training batches, made in the background. The batch of step t is a pure function of (images, seed, t, rank, world
/// size).
/// </summary>
/// <remarks>
/// Each epoch is its own permutation of all images; nothing is dropped, and a batch may reach over an epoch's end.
/// One consumer at a time. An exception of a background thread comes out of <see cref="Next"/> at the step it belongs to.
/// </remarks>
public sealed class BatchLoader : IDisposable
{
    private readonly BatchPrefetcher _prefetcher;

    /// <summary>Starts loading.</summary>
    /// <param name="images">Source; its set must stay open.</param>
    /// <param name="view">Random (<see cref="Augmentation"/>) or fixed (<see cref="EvaluationView"/>) view of each image.</param>
    /// <param name="options">Batch, seed, start, threads.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public BatchLoader(DecodedImages images, IImageView view, BatchLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.StartStep);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WorldSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)options.Rank, (uint)options.WorldSize);
        SampleOrder order = new(images.Set.SourceCounts, options.Seed, options.ShuffleBuffer);
        BatchMaker maker = new(images, view);
        _prefetcher = new BatchPrefetcher(
            step => maker.Make(
                step, (step * options.WorldSize + options.Rank) * options.BatchSize, options.BatchSize, order.ImageOf,
                order.ViewSeedOf),
            options.StartStep, long.MaxValue, options.Threads, options.Ahead);
    }

    /// <summary>Time that callers of <see cref="Next"/> have spent waiting so far.</summary>
    public TimeSpan WaitTime => _prefetcher.WaitTime;

    /// <summary>
    /// Images once each, in order, in batches of which the last may be smaller; fixed view, made in the background.
    /// </summary>
    /// <param name="images">Source.</param>
    /// <param name="indices">Which of them: good ones (<see cref="DecodedImages.DecodeAll"/>), since another would stand in for a
    /// damaged one.</param>
    /// <param name="view">Fixed view; a random one gets the image's index as its seed.</param>
    /// <param name="batchSize">1 or more.</param>
    /// <param name="threads">Background threads, 1 or more.</param>
    /// <returns>Batches to be disposed by the consumer; their Step counts from 0.</returns>
    public static IEnumerable<LoadedBatch> Pass(
        DecodedImages images, IReadOnlyList<int> indices, IImageView view, int batchSize, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentNullException.ThrowIfNull(indices);
        return Iterate(images, indices, view, batchSize, threads, WholeShare.Instance);
    }

    /// <summary>
    /// As the other, a process's part of it: of each round of batches one, in all equally many. Where the last round has none for
    /// it, it makes the last batch once more.
    /// </summary>
    internal static IEnumerable<LoadedBatch> Pass(
        DecodedImages images, IReadOnlyList<int> indices, IImageView view, int batchSize, IWorkShare share) =>
        Iterate(images, indices, view, batchSize, 1, share);

    /// <summary>The next step's batch; dispose it after use.</summary>
    /// <exception cref="ImageSetException">Images on disk have turned out damaged in number.</exception>
    /// <exception cref="ObjectDisposedException">The loader has been disposed.</exception>
    public LoadedBatch Next() => _prefetcher.Take();

    /// <summary>Stops the threads and waits for them; batches already handed out stay valid.</summary>
    public void Dispose() => _prefetcher.Dispose();

    private static IEnumerable<LoadedBatch> Iterate(
        DecodedImages images, IReadOnlyList<int> indices, IImageView view, int batchSize, int threads, IWorkShare share)
    {
        BatchMaker maker = new(images, view);
        int batches = (indices.Count - 1) / batchSize + 1, rounds = (batches + share.Size - 1) / share.Size;
        LoadedBatch Make(long round)
        {
            int batch = (int)Math.Min(round * share.Size + share.Rank, batches - 1), first = batch * batchSize;
            return maker.Make(
                batch, first, Math.Min(batchSize, indices.Count - first), sample => indices[(int)sample],
                sample => (ulong)sample);
        }
        using BatchPrefetcher prefetcher = new(Make, 0, rounds, threads, threads + 1);
        for (int i = 0; i < rounds; i++)
            yield return prefetcher.Take();
    }

    /// <summary>Renders batches into arrays that are used again.</summary>
    private sealed class BatchMaker(DecodedImages images, IImageView view)
    {
        private readonly ConcurrentBag<(float[] Pixels, int[] Indices)> _spare = [];

        internal LoadedBatch Make(long step, long firstSample, int count, Func<long, int> imageOf, Func<long, ulong> seedOf)
        {
            int values = 3 * view.Size * view.Size;
            (float[] pixels, int[] indices) = Rent(count, values);
            for (int i = 0; i < count; i++)
            {
                RgbImage image = images.Get(imageOf(firstSample + i), out indices[i]);
                view.Apply(image, seedOf(firstSample + i), pixels.AsSpan(i * values, values));
            }
            return new LoadedBatch(pixels, indices, view.Size, GiveBack) { Step = step };
        }

        private (float[] Pixels, int[] Indices) Rent(int count, int values) =>
            _spare.TryTake(out (float[] Pixels, int[] Indices) arrays) && arrays.Indices.Length == count
                ? arrays
                : (new float[checked(count * values)], new int[count]);

        private void GiveBack(LoadedBatch batch) => _spare.Add((batch.Pixels, batch.Indices));
    }
}
