using System.Buffers;
using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images;

/// <summary>
/// Images behind one index: folders, files, lists of files, WebDataset tar shards, STL-10 and CIFAR binaries, PASCAL VOC. Labels
/// may be missing. The order is fixed: paths as given, folders ordinal (files before sub-folders), shards in archive
/// order.
/// </summary>
/// <remarks>
/// A folder gives labels when every image of it lies in a sub-folder: the first-level names, sorted ordinal over all
/// labelled folders, are the classes. Shards give numbers or names, binaries numbers. Sources whose labels would not mean the
/// same make the set unlabelled, and <see cref="WhyUnlabelled"/> says why. Names with a leading dot are ignored, and so is every
/// folder that holds a <c>recipe.resolved.yaml</c>. Reading is thread-safe. An image costs 16 bytes in a shard, none in a binary,
/// its name's length and 10 bytes in a folder.
/// </remarks>
public sealed partial class ImageSet : IDisposable
{
    private readonly IListedSource[] _sources;
    private readonly int[] _firsts;
    private readonly ClassLabels _labels;
    private readonly ImageSetOptions _options;
    private readonly int[] _excluded = [];
    private readonly Quarantine? _quarantine;
    private readonly SourceOptions _opening;

    private ImageSet(IListedSource[] sources, ImageSetOptions options, SourceOptions opening)
    {
        _opening = opening;
        _sources = sources;
        _options = options;
        _firsts = new int[sources.Length];
        int total = 0;
        for (int i = 0; i < sources.Length; i++)
        {
            _firsts[i] = total;
            total = checked(total + sources[i].Count);
        }
        Count = total;
        if (options.QuarantineList is { } list)
        {
            _quarantine = Quarantine.Open(list);
            _excluded = _quarantine.Find(total, Place);
            if (!options.QuarantineMayMiss)
                RequireQuarantineUsed(this);
        }
        Count = total - _excluded.Length;
        _labels = new ClassLabels(sources);
        CountLabels();
    }

    /// <summary>Number of images, 1 or more.</summary>
    public int Count { get; }

    /// <summary>Number of images of each source (folder, shard, ...), in order.</summary>
    public IReadOnlyList<int> SourceCounts => [.. _sources.Select((source, i) =>
        source.Count - _excluded.Count(index => index >= _firsts[i] && index < _firsts[i] + source.Count))];

    /// <summary>Images that the quarantine list left out.</summary>
    public int ExcludedCount => _excluded.Length;

    /// <summary>Names of the classes by label, or null when labels are bare numbers or absent.</summary>
    public IReadOnlyList<string>? ClassNames => _labels.Names;

    /// <summary>What the labels stand for.</summary>
    public LabelMeaning LabelMeaning => new(_labels.Names, _labels.Numbering);

    /// <summary>
    /// The different labels that images have, ascending: as many as there are classes, however large the numbers.
    /// </summary>
    public IReadOnlyList<int> DistinctLabels { get; private set; } = [];

    /// <summary>Number of classes that images have; 0 without labels.</summary>
    public int ClassCount => DistinctLabels.Count;

    /// <summary>Whether every image has a label.</summary>
    public bool HasLabels => LabelledCount == Count;

    /// <summary>How many images have a label.</summary>
    public int LabelledCount { get; private set; }

    /// <summary>Side of the images where all are squares of one size by their format (packed pixels), else null.</summary>
    public int? CommonSide =>
        Array.TrueForAll(_sources, source => source is PackedSource packed && packed.Side == ((PackedSource)_sources[0]).Side)
        ? ((PackedSource)_sources[0]).Side : null;

    /// <summary>Whether all of it are STL-10's binaries.</summary>
    internal bool IsStl10 => Array.TrueForAll(_sources, source => source is Stl10Source);

    /// <summary>
    /// STL-10's predefined training folds, image numbers of each, where the set is its train_X.bin alone; else null.
    /// </summary>
    public IReadOnlyList<int[]>? Folds => _sources is [Stl10Source stl] ? stl.Folds : null;

    /// <summary>What a user knows the image by: its path, or "shard.tar:entry".</summary>
    public string Name(int index) => Find(index, out int inside).Name(inside);

    /// <summary>
    /// The label, or -1 for an image without one: an index into <see cref="ClassNames"/>, or the number that stands in the data.
    /// </summary>
    public int Label(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        return LabelOfListed(Listed(index));
    }

    private int LabelOfListed(int index)
    {
        int source = IndexOfSource(index);
        return _labels.Of(source, _sources[source].Label(index - _firsts[source]));
    }

    /// <summary>Reads and decodes one image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <param name="target">How far a JPEG may be scaled down while it is decoded.</param>
    /// <exception cref="ImageFormatException">It is damaged, too large, or its file has gone or cannot be read.</exception>
    public RgbImage Load(int index, DecodeTarget target = default)
    {
        IListedSource source = Find(index, out int inside);
        try
        {
            return source is IDecodedSource decoded ? decoded.Load(inside, target)
                : Decode((IEncodedSource)source, inside, target);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException(Name(index), failure.Message);
        }
    }

    /// <summary>The file as it is stored, or null for sources of bare pixels.</summary>
    /// <exception cref="ImageFormatException">It has gone or cannot be read.</exception>
    public byte[]? ReadEncoded(int index)
    {
        if (Find(index, out int inside) is not IEncodedSource source)
            return null;
        try
        {
            byte[] bytes = new byte[source.Length(inside)];
            return source.TryRead(inside, bytes) ? bytes : throw BecameShorter(source.Name(inside));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException(Name(index), failure.Message);
        }
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose()
    {
        foreach (IListedSource source in _sources)
            source.Dispose();
    }

    private RgbImage Decode(IEncodedSource source, int inside, DecodeTarget target)
    {
        int length = source.Length(inside);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> encoded = rented.AsSpan(0, length);
            return source.TryRead(inside, encoded)
                ? ImageDecoder.Decode(encoded, source.Name(inside), _options.MaxPixels, target)
                : throw BecameShorter(source.Name(inside));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static ImageFormatException BecameShorter(string name) => new(name, "the file became shorter while it was read");

    private void CountLabels()
    {
        HashSet<int> labels = [];
        for (int i = 0; i < Count; i++)
        {
            int label = Label(i);
            if (label < 0)
                continue;
            LabelledCount++;
            labels.Add(label);
        }
        DistinctLabels = [.. labels.Order()];
    }

    /// <summary>The place of an image among all listed ones: behind as many left-out ones as lie before it.</summary>
    private int Listed(int index)
    {
        int low = 0, high = _excluded.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _excluded[middle] - middle <= index ? (middle + 1, high) : (low, middle);
        }
        return index + low;
    }

    private IListedSource Find(int index, out int inside)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        index = Listed(index);
        int source = IndexOfSource(index);
        inside = index - _firsts[source];
        return _sources[source];
    }

    private int IndexOfSource(int index)
    {
        int found = Array.BinarySearch(_firsts, index);
        return found >= 0 ? found : ~found - 1;
    }
}
