using System.Text;
using SpotArtifacts.Checkpoints;

namespace SpotArtifacts.Images;

/// <summary>How a set is decoded, and what is tolerated.</summary>
public sealed record DecodedImagesOptions
{
    /// <summary>Bytes of pixels kept in memory, 0 or more; images beyond are decoded each time they are asked for.</summary>
    public long MemoryBudget { get; init; } = 2L << 30;

    /// <summary>Threads that decode, 1 or more.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Fewest good images that are of use: one batch. 1 or more.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>What the pixels are for; larger JPEGs are decoded smaller.</summary>
    public DecodeTarget Target { get; init; }

    /// <summary>Largest share of damaged images, 0 to 1; more is taken for a mistake and refused.</summary>
    public double MaxSkippedShare { get; init; } = 0.01;
}

/// <summary>How far <see cref="DecodedImages.Decode"/> has come.</summary>
/// <param name="Done">Images looked at.</param>
/// <param name="Total">Images in the set.</param>
/// <param name="Skipped">Damaged ones among them.</param>
public readonly record struct DecodingProgress(int Done, int Total, int Skipped);

/// <summary>An image that was left out.</summary>
/// <param name="Name">Path, or shard and entry.</param>
/// <param name="Reason">What is wrong with it.</param>
public readonly record struct SkippedImage(string Name, string Reason);

/// <summary>
/// A set's good images, decoded once and kept as bytes as far as the memory budget goes. Damaged ones are recorded and left
/// out, so indices here run over good images and, beyond the budget, over those not looked at yet.
/// </summary>
/// <remarks>Which images are in memory depends on set and budget only, never on threads or time. Thread-safe once built.</remarks>
public sealed class DecodedImages
{
    private const int BlockLength = 256;
    private readonly ImageSet set;
    private readonly DecodedImagesOptions options;
    private readonly List<RgbImage> memory = [];
    private readonly List<int> sources = [];
    private readonly SortedDictionary<int, string> skipped = [];
    private readonly Lock gate = new();

    private DecodedImages(ImageSet set, DecodedImagesOptions options)
    {
        this.set = set;
        this.options = options;
    }

    /// <summary>Number of images that can be asked for.</summary>
    public int Count => sources.Count;

    /// <summary>How many of them, the first ones, are in memory.</summary>
    public int InMemory => memory.Count;

    /// <summary>The set underneath, for class names.</summary>
    public ImageSet Set => set;

    /// <summary>Damaged images found so far, in the set's order.</summary>
    public IReadOnlyList<SkippedImage> Skipped
    {
        get
        {
            lock (gate)
                return [.. skipped.Select(item => new SkippedImage(set.Name(item.Key), item.Value))];
        }
    }

    /// <summary>Decodes the set up to the memory budget.</summary>
    /// <param name="set">Must stay open while the result is in use.</param>
    /// <param name="options">Budget, threads, tolerance.</param>
    /// <param name="progress">Called now and then from the calling thread, last with everything done.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="ImageSetException">Too many images are damaged or too few are good.</exception>
    public static DecodedImages Decode(
        ImageSet set, DecodedImagesOptions? options = null, Action<DecodingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        options ??= new DecodedImagesOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MemoryBudget);
        NativeImageCodecs.EnsureLoaded();
        DecodedImages images = new(set, options);
        images.Fill(progress, cancellation);
        return images;
    }

    /// <summary>The image's index in <see cref="Set"/>.</summary>
    public int SourceIndex(int index) => sources[index];

    /// <summary>Path, or shard and entry.</summary>
    public string Name(int index) => set.Name(sources[index]);

    /// <summary>Class index, or -1.</summary>
    public int Label(int index) => set.Label(sources[index]);

    /// <summary>An image; if it turns out damaged only now, the next good one (cyclically) stands in for it.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <param name="actual">The index of the image returned: <paramref name="index"/> unless it was damaged.</param>
    /// <exception cref="ImageSetException">Too many images have turned out damaged.</exception>
    public RgbImage Get(int index, out int actual)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        actual = index;
        for (int tries = 0; tries < Count; tries++, actual = (actual + 1) % Count)
        {
            if (actual < memory.Count)
                return memory[actual];
            int source = sources[actual];
            if (IsSkipped(source))
                continue;
            if (TryLoad(source, out RgbImage? image, out string reason))
                return image!;
            Record(source, reason);
        }
        throw new ImageSetException($"None of {set.Count} images is good any more: {FirstSkipped()}. Repair or remove them.");
    }

    /// <summary>Writes one line per damaged image, name and reason with a tab between; replaces the file whole.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteSkipped(string path)
    {
        StringBuilder text = new();
        foreach (SkippedImage image in Skipped)
            text.Append(OneLine(image.Name)).Append('\t').Append(OneLine(image.Reason)).Append('\n');
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void Fill(Action<DecodingProgress>? progress, CancellationToken cancellation)
    {
        RgbImage?[] block = new RgbImage?[BlockLength];
        string[] reasons = new string[BlockLength];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
        long left = options.MemoryBudget;
        int done = 0;
        bool full = left == 0;
        while (done < set.Count && !full)
        {
            int first = done, count = Math.Min(BlockLength, set.Count - done);
            Parallel.For(0, count, parallel, i => TryLoad(first + i, out block[i], out reasons[i]));
            for (int i = 0; i < count && !full; i++, done += full ? 0 : 1)
                full = !Admit(first + i, block[i], reasons[i], ref left);
            progress?.Invoke(new DecodingProgress(done, set.Count, skipped.Count));
        }
        for (int i = done; i < set.Count; i++)
            sources.Add(i);
        Judge();
        progress?.Invoke(new DecodingProgress(set.Count, set.Count, skipped.Count));
    }

    /// <summary>False when the budget does not allow one more: this image and all behind it stay encoded.</summary>
    private bool Admit(int source, RgbImage? image, string reason, ref long left)
    {
        if (image is null)
        {
            skipped[source] = reason;
            return true;
        }
        left -= image.Pixels.LongLength;
        if (left < 0)
            return false;
        memory.Add(image);
        sources.Add(source);
        return true;
    }

    private bool TryLoad(int source, out RgbImage? image, out string reason)
    {
        try
        {
            (image, reason) = (set.Load(source, options.Target), "");
            return true;
        }
        catch (ImageFormatException damaged)
        {
            (image, reason) = (null, damaged.Reason);
            return false;
        }
    }

    private bool IsSkipped(int source)
    {
        lock (gate)
            return skipped.ContainsKey(source);
    }

    private void Record(int source, string reason)
    {
        lock (gate)
        {
            skipped[source] = reason;
            Judge();
        }
    }

    private void Judge()
    {
        int good = set.Count - skipped.Count;
        if (skipped.Count > options.MaxSkippedShare * set.Count)
            throw new ImageSetException(
                $"{skipped.Count} of {set.Count} images are damaged, more than the {options.MaxSkippedShare:P0} that are tolerated: " +
                $"{FirstSkipped()}. Repair or remove them.");
        if (good < options.MinCount)
            throw new ImageSetException(
                $"{good} of {set.Count} images are good, fewer than the {options.MinCount} of one batch. " +
                $"Add images or make the batch smaller.{(skipped.Count > 0 ? $" Damaged: {FirstSkipped()}." : "")}");
    }

    private string FirstSkipped() =>
        string.Join("; ", skipped.Take(3).Select(item => $"{set.Name(item.Key)} ({item.Value})")) + (skipped.Count > 3 ? "; ..." : "");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
