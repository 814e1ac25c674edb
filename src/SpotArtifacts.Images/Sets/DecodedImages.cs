using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Images;

/// <summary>How a set is decoded, and what is tolerated.</summary>
public sealed record DecodedImagesOptions
{
    /// <summary>Bytes of pixels kept in memory, 0 or more; images beyond are decoded each time they are asked for.</summary>
    public long MemoryBudget { get; init; } = 2L << 30;

    /// <summary>Threads that decode in <see cref="DecodedImages.DecodeAll"/>, 1 or more.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Fewest good images that are of use: one batch. 1 or more.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>
    /// Largest share of damaged images, 0 to 1; more is taken for a mistake and refused. One image is tolerated in any set. 1:
    /// each damaged one is left out, however many they are, as long as <see cref="MinCount"/> are good.
    /// </summary>
    public double MaxSkippedShare { get; init; } = 0.01;

    /// <summary>What the pixels are for; larger JPEGs are decoded smaller.</summary>
    public DecodeTarget Target { get; init; }
}

/// <summary>
/// A set's images as pixels: decoded when first asked for, and kept as bytes while the memory budget lasts. Whether an image is
/// kept changes the time it takes, never its pixels. A damaged one is recorded, and the next good one of the set stands in for
/// it: a function of the files alone, so the order in which images are asked for does not matter either.
/// </summary>
/// <remarks>
/// Memory: the budget, 8 bytes for each image of a set that fits into it, and what the decoding threads hold at the moment.
/// Thread-safe.
/// </remarks>
public sealed class DecodedImages
{
    private const int PageLength = 4096;

    // Fewer images than this say nothing about the whole set.
    private const int SampleForEarlyStop = 200;
    private readonly ImageSet _set;
    private readonly DecodedImagesOptions _options;
    private readonly RgbImage?[]?[] _pages;
    private readonly SortedDictionary<int, string> _skipped = [];
    private readonly Lock _gate = new();
    private long _left;
    private int _kept;
    private int _looked;
    private int _decoded;

    /// <summary>Decodes nothing yet.</summary>
    /// <param name="set">Must stay open while this is in use.</param>
    /// <param name="options">Budget, tolerance, what the pixels are for.</param>
    /// <exception cref="ImageSetException">The set has fewer images than one batch.</exception>
    public DecodedImages(ImageSet set, DecodedImagesOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        _set = set;
        _options = options ?? new DecodedImagesOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(_options.MemoryBudget);
        _left = _options.MemoryBudget;
        _pages = new RgbImage?[]?[(set.Count - 1) / PageLength + 1];
        ImageDecoding.EnsureLoaded();
        Judge();
    }

    /// <summary>Number of images, damaged ones included.</summary>
    public int Count => _set.Count;

    /// <summary>How many of them are in memory.</summary>
    public int InMemory => Volatile.Read(ref _kept);

    /// <summary>The set underneath, for class names.</summary>
    public ImageSet Set => _set;

    /// <summary>Damaged images found so far, in the set's order.</summary>
    public IReadOnlyList<SkippedImage> Skipped
    {
        get
        {
            lock (_gate)
                return [.. _skipped.Select(item => new SkippedImage(_set.Name(item.Key), item.Value))];
        }
    }

    /// <summary>How often an image was decoded, damaged ones not counted.</summary>
    internal int Decoded => Volatile.Read(ref _decoded);

    /// <summary>How many damaged images were found so far.</summary>
    internal int SkippedCount
    {
        get
        {
            lock (_gate)
                return _skipped.Count;
        }
    }

    /// <summary>Decodes every image once, in parallel, and keeps what the budget allows.</summary>
    /// <param name="progress">Told now and then from the calling thread, last with everything done.</param>
    /// <param name="cancellation">Stops between images; those decoded so far are kept.</param>
    /// <returns>Indices of the good images, ascending.</returns>
    /// <exception cref="ImageSetException">Too many images are damaged or too few are good.</exception>
    public int[] DecodeAll(IProgress<DecodingProgress>? progress = null, CancellationToken cancellation = default) =>
        DecodeShare(WholeShare.Instance, 1, progress, cancellation);

    /// <summary>
    /// As <see cref="DecodeAll"/>, together with other processes: each decodes stretches in turn, and knows of all damage.
    /// </summary>
    /// <param name="share">The processes.</param>
    /// <param name="stretch">Images of a stretch, 1 or more: what a process will ask for, it has then.</param>
    /// <param name="progress">As there.</param>
    /// <param name="cancellation">As there.</param>
    internal int[] DecodeShare(
        IWorkShare share, int stretch, IProgress<DecodingProgress>? progress, CancellationToken cancellation)
    {
        const int block = 1024;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.Threads, CancellationToken = cancellation };
        cancellation.ThrowIfCancellationRequested();
        for (int first = 0; first < Count; first += block)
        {
            int end = Math.Min(first + block, Count);
            Parallel.For(first, end, parallel, index =>
            {
                if (index / stretch % share.Size == share.Rank)
                    TryGet(index);
            });
            Judge();
            progress?.Report(new DecodingProgress(end, Count, _skipped.Count));
        }
        foreach ((int index, string reason) in share.Join(Damage))
            Note(index, reason);
        Judge();
        return [.. Enumerable.Range(0, Count).Where(index => !_skipped.ContainsKey(index))];
    }

    /// <summary>Path, or shard and entry.</summary>
    public string Name(int index) => _set.Name(index);

    /// <summary>Label, or -1.</summary>
    public int Label(int index) => _set.Label(index);

    /// <summary>An image; if it is damaged, the next good one (cyclically) stands in for it.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <param name="actual">The index of the image returned: <paramref name="index"/> unless it is damaged.</param>
    /// <exception cref="ImageSetException">Too many images have turned out damaged.</exception>
    public RgbImage Get(int index, out int actual)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        actual = index;
        for (int tries = 0; tries < Count; tries++, actual = (actual + 1) % Count)
        {
            if (TryGet(actual) is { } image)
                return image;
            lock (_gate)
                Judge();
        }
        throw new ImageSetException($"None of {Count} images is good: {FirstSkipped()}. Repair or remove them.");
    }

    /// <summary>
    /// Writes one line per damaged image, name and reason with a tab between; replaces the file whole. Lines that stand there
    /// already stay: a resumed run has not met all of them again.
    /// </summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void WriteSkipped(string path) => WriteSkipped(path, Skipped.Select(Quarantine.Line));

    /// <summary>As the other, of lines that several processes have come by.</summary>
    internal static void WriteSkipped(string path, IEnumerable<string> lines)
    {
        IEnumerable<string> before = File.Exists(path) ? File.ReadAllLines(path).Select(line => line + "\n") : [];
        AtomicFile.WriteText(path, string.Concat(before.Union(lines)));
    }

    /// <summary>Damaged images found so far, by their indices.</summary>
    internal IReadOnlyList<(int Index, string Reason)> Damage
    {
        get
        {
            lock (_gate)
                return [.. _skipped.Select(item => (item.Key, item.Value))];
        }
    }

    /// <summary>Records a damaged image that another process has come by.</summary>
    internal void Note(int index, string reason)
    {
        lock (_gate)
            _skipped[index] = reason;
    }

    /// <summary>An image, or null for a damaged one, which is recorded; no other stands in for it.</summary>
    /// <param name="index">0 to Count - 1.</param>
    public RgbImage? TryGet(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        RgbImage?[]? page = Volatile.Read(ref _pages[index / PageLength]);
        if (page is not null && Volatile.Read(ref page[index % PageLength]) is { } present)
            return present;
        lock (_gate)
            if (_skipped.ContainsKey(index))
                return null;
        Interlocked.Increment(ref _looked);
        try
        {
            RgbImage image = _set.Load(index, _options.Target);
            Interlocked.Increment(ref _decoded);
            Keep(index, image);
            return image;
        }
        catch (ImageFormatException damaged)
        {
            lock (_gate)
                _skipped[index] = damaged.Reason;
            return null;
        }
    }

    private void Keep(int index, RgbImage image)
    {
        if (Volatile.Read(ref _left) < image.Pixels.LongLength)
            return;
        lock (_gate)
        {
            RgbImage?[] page = _pages[index / PageLength] ??= new RgbImage?[PageLength];
            if (_left < image.Pixels.LongLength || page[index % PageLength] is not null)
                return;
            _left -= image.Pixels.LongLength;
            _kept++;
            Volatile.Write(ref page[index % PageLength], image);
        }
    }

    /// <summary>
    /// Stops when too many are damaged: beyond the tolerated share of the whole set, or, long before that can be known of a large
    /// set, beyond ten times that share of the images seen, which come in random order.
    /// </summary>
    private void Judge()
    {
        int damaged = _skipped.Count, seen = Math.Min(Volatile.Read(ref _looked), Count);
        bool early = seen >= SampleForEarlyStop && damaged > 10 * _options.MaxSkippedShare * seen;
        // A share of few images is less than one.
        if (damaged > Math.Max(1, _options.MaxSkippedShare * Count) || early)
            throw new ImageSetException(
                $"{damaged} of {(early && seen < Count ? $"the first {seen} of {Count}" : Count)} images are damaged, more " +
                $"than the {(_options.MaxSkippedShare * Count < 1 ? "one" : $"{_options.MaxSkippedShare:P0}")} tolerated: " +
                $"{FirstSkipped()}. Repair or remove them; \"spot data scan\" names all of them.");
        if (damaged == Count)
            throw new ImageSetException($"None of {Count} images is good: {FirstSkipped()}. Repair or remove them.");
        if (Count - damaged < _options.MinCount)
            throw new ImageSetException(
                $"{Count - damaged} of {Count} images are good, fewer than the {_options.MinCount} of one batch. " +
                $"Add images or make the batch smaller.{(damaged > 0 ? $" Damaged: {FirstSkipped()}." : "")}");
    }

    private string FirstSkipped() =>
        string.Join("; ", _skipped.Take(3).Select(item => $"{_set.Name(item.Key)} ({item.Value})")) +
        (_skipped.Count > 3 ? "; ..." : "");
}
