using System.Collections.Concurrent;
using System.Security.Cryptography;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Images.Scanning;

/// <summary>What a scan looks for.</summary>
public sealed record ImageScanOptions
{
    /// <summary>An image with a shorter side than this is called tiny, 1 or more pixels.</summary>
    public int TinySide { get; init; } = 16;

    /// <summary>Threads that decode, 1 or more.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>Least, middle and most of a length in pixels over the good images.</summary>
/// <param name="Min">Least.</param>
/// <param name="Median">Half of them have at most this.</param>
/// <param name="Max">Most.</param>
public readonly record struct LengthRange(int Min, int Median, int Max);

/// <summary>What a scan found. Names are what the user knows an image by.</summary>
public sealed record ImageScanReport
{
    /// <summary>Images listed.</summary>
    public required int Images { get; init; }

    /// <summary>Images with a label.</summary>
    public required int Labelled { get; init; }

    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>How many files of each kind are no images, or none that are read.</summary>
    public required IReadOnlyDictionary<string, int> Ignored { get; init; }

    /// <summary>Columns of the good images, upright; null without any.</summary>
    public required LengthRange? Widths { get; init; }

    /// <summary>Rows of the good images, upright.</summary>
    public required LengthRange? Heights { get; init; }

    /// <summary>How many of each way to store colours, most first.</summary>
    public required IReadOnlyDictionary<string, int> Stored { get; init; }

    /// <summary>Images that cannot be used, and why.</summary>
    public required IReadOnlyList<SkippedImage> Damaged { get; init; }

    /// <summary>Images smaller than wanted.</summary>
    public required IReadOnlyList<SkippedImage> Tiny { get; init; }

    /// <summary>Groups whose files (or pixels, where there are no files) are equal byte for byte.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> ExactDuplicates { get; init; }

    /// <summary>Groups that look alike but are not all exact duplicates of one another.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> NearDuplicates { get; init; }

    /// <summary>Damaged and tiny images by their places, for a <see cref="Quarantine"/> list.</summary>
    internal IReadOnlyList<SkippedImage> Unusable { get; init; } = [];

    /// <summary>All but the first image of each group of duplicates, by their places.</summary>
    internal IReadOnlyList<SkippedImage> Copies { get; init; } = [];
}

/// <summary>Decodes every image of a set once and reports on all of them. About 100 bytes of memory an image.</summary>
public sealed partial class ImageScan
{
    private readonly ImageSet _set;
    private readonly ImageScanOptions _options;
    private readonly (int Width, int Height)[] _sizes;
    private readonly Int128?[] _contents;
    private readonly PerceptualHash?[] _looks;
    private readonly string?[] _damage;
    private readonly ConcurrentDictionary<string, int> _stored = [];
    private int _done;

    private ImageScan(ImageSet set, ImageScanOptions options)
    {
        _set = set;
        _options = options;
        _sizes = new (int, int)[set.Count];
        _contents = new Int128?[set.Count];
        _looks = new PerceptualHash?[set.Count];
        _damage = new string?[set.Count];
    }

    /// <summary>Scans.</summary>
    /// <param name="set">The images.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="progress">Told now and then, from any thread.</param>
    /// <param name="cancellation">Stops between images.</param>
    public static ImageScanReport Run(
        ImageSet set, ImageScanOptions? options = null, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Run(set, options, progress, WholeShare.Instance, cancellation);

    /// <summary>Scans together with other processes; each has the whole report.</summary>
    internal static ImageScanReport Run(
        ImageSet set, ImageScanOptions? options, IProgress<DecodingProgress>? progress, IWorkShare share,
        CancellationToken cancellation) => Look(set, options, progress, cancellation, share: share).Report(cancellation);

    /// <summary>Columns and rows of each image; 0 x 0 for a damaged one.</summary>
    internal IReadOnlyList<(int Width, int Height)> Sizes => _sizes;

    /// <summary>Digest of each image's file; null for a damaged one.</summary>
    internal IReadOnlyList<Int128?> Contents => _contents;

    /// <summary>What each image looks like; null for a damaged one.</summary>
    internal IReadOnlyList<PerceptualHash?> Looks => _looks;

    /// <summary>What is wrong with each image; null for a good one.</summary>
    internal IReadOnlyList<string?> Damage => _damage;

    /// <summary>Decodes every image once, and keeps what a report, or another search for duplicates, takes.</summary>
    /// <param name="set">The images.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="progress">Told now and then, from any thread.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <param name="seen">Shown each good image, from any thread.</param>
    /// <param name="share">Who else scans; null for nobody.</param>
    internal static ImageScan Look(
        ImageSet set, ImageScanOptions? options, IProgress<DecodingProgress>? progress, CancellationToken cancellation,
        Action<int, RgbImage>? seen = null, IWorkShare? share = null)
    {
        share ??= WholeShare.Instance;
        ArgumentNullException.ThrowIfNull(set);
        options ??= new ImageScanOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TinySide, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ImageDecoding.EnsureLoaded();
        ImageScan scan = new(set, options);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
        int damaged = 0;
        int count = share.CountOf(set.Count);
        Parallel.For(0, count, parallel, n =>
        {
            if (!scan.Look(share.ItemOf(n), seen))
                Interlocked.Increment(ref damaged);
            progress?.Report(new DecodingProgress(Interlocked.Increment(ref scan._done), count, Volatile.Read(ref damaged)));
        });
        scan.Exchange(share);
        return scan;
    }

    private bool Look(int index, Action<int, RgbImage>? seen)
    {
        try
        {
            byte[]? file = _set.ReadEncoded(index);
            RgbImage image = _set.Load(index);
            _sizes[index] = (image.Width, image.Height);
            _contents[index] = Digest(file ?? image.Pixels);
            _looks[index] = PerceptualHash.Of(image);
            seen?.Invoke(index, image);
            _stored.AddOrUpdate(file is null ? "raw RGB" : StoredColors.Of(file), 1, (_, count) => count + 1);
            return true;
        }
        catch (ImageFormatException damaged)
        {
            _damage[index] = damaged.Reason;
            return false;
        }
    }

    private ImageScanReport Report(CancellationToken cancellation)
    {
        int[] good = [.. Enumerable.Range(0, _set.Count).Where(index => _damage[index] is null)];
        IReadOnlyList<int[]> exact = DuplicateSearch.Exact(_contents);
        // A group of look-alikes that one exact group explains whole is not reported twice.
        HashSet<string> explained = [.. exact.Select(Key)];
        int[][] near = [.. DuplicateSearch.Near(_looks, cancellation).Where(group => !explained.Contains(Key(group)))];
        (int Index, string Reason)[] damaged =
            [.. Enumerable.Range(0, _set.Count).Where(index => _damage[index] is not null)
                .Select(index => (index, _damage[index]!))];
        (int Index, string Reason)[] tiny =
            [.. good.Where(index => Math.Min(_sizes[index].Width, _sizes[index].Height) < _options.TinySide)
                .Select(index => (index, $"tiny: {_sizes[index].Width} x {_sizes[index].Height} pixels"))];
        return new ImageScanReport
        {
            Images = _set.Count,
            Ignored = _set.Ignored,
            Labelled = _set.LabelledCount,
            Classes = _set.ClassCount,
            Widths = Range(good, index => _sizes[index].Width),
            Heights = Range(good, index => _sizes[index].Height),
            Stored = _stored.OrderByDescending(item => item.Value).ThenBy(item => item.Key, StringComparer.Ordinal)
                .ToDictionary(),
            Damaged = [.. damaged.Select(image => new SkippedImage(_set.Name(image.Index), image.Reason))],
            Tiny = [.. tiny.Select(image => new SkippedImage(_set.Name(image.Index), image.Reason))],
            ExactDuplicates = [.. exact.Select(Names)],
            NearDuplicates = [.. near.Select(Names)],
            Unusable = [.. damaged.Concat(tiny).Select(image => new SkippedImage(_set.Place(image.Index), image.Reason))],
            Copies = [.. exact.Concat(near).SelectMany(group => group.Skip(1).Select(index =>
                new SkippedImage(_set.Place(index), $"duplicate of {_set.Place(group[0])}"))).DistinctBy(image => image.Name)],
        };
    }

    private string[] Names(int[] group) => [.. group.Select(_set.Name)];

    private static string Key(int[] group) => string.Join(',', group);

    private static LengthRange? Range(int[] good, Func<int, int> length)
    {
        int[] sorted = [.. good.Select(length).Order()];
        return sorted.Length == 0 ? null : new LengthRange(sorted[0], sorted[sorted.Length / 2], sorted[^1]);
    }

    private static Int128 Digest(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt128LittleEndian(digest);
    }
}
