using System.Buffers;

namespace SpotArtifacts.Images;

/// <summary>How images are found and loaded.</summary>
public sealed record ImageSetOptions
{
    /// <summary>Largest width * height that is decoded, 1 or more.</summary>
    public long MaxPixels { get; init; } = ImageDecoder.DefaultMaxPixels;
}

/// <summary>
/// Images that are still encoded: folders, files and WebDataset tar shards behind one index. Labels are a bonus, never a
/// demand. The order is fixed: paths as given, folders ordinal (files before sub-folders), shards in archive order.
/// </summary>
/// <remarks>
/// A folder gives labels when every image of it lies in a sub-folder: the first-level names, sorted ordinal over all
/// labelled folders, are the classes. Shards give the integers of their <c>.cls</c> entries. If both kinds are mixed the
/// numbers would not mean the same, and the set is unlabelled. Names with a leading dot are ignored, and so is every folder
/// that holds a <c>recipe.resolved.yaml</c>. Reading is thread-safe.
/// </remarks>
public sealed class ImageSet : IDisposable
{
    private readonly ImageSetSources sources;
    private readonly ImageSetOptions options;

    private ImageSet(ImageSetSources sources, ImageSetOptions options)
    {
        this.sources = sources;
        this.options = options;
    }

    /// <summary>Number of images, 1 or more.</summary>
    public int Count => sources.Names.Count;

    /// <summary>Names of the classes by label, or null when labels are bare numbers or absent.</summary>
    public IReadOnlyList<string>? ClassNames => sources.ClassNames;

    /// <summary>Number of classes: of the names, or else the largest label plus one; 0 without labels.</summary>
    public int ClassCount => sources.ClassCount;

    /// <summary>Whether every image has a label.</summary>
    public bool HasLabels => sources.LabelledCount == Count;

    /// <summary>How many images have a label.</summary>
    public int LabelledCount => sources.LabelledCount;

    /// <summary>Lists what the paths hold; opens and checks shards, but decodes nothing.</summary>
    /// <param name="paths">Each a folder, an image file (.jpg, .jpeg, .png) or a tar shard (.tar).</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="ImageSetException">A path is missing, holds no image or is damaged.</exception>
    public static ImageSet Open(IReadOnlyList<string> paths, ImageSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
            throw new ImageSetException("No images are named. Give a folder of images, image files or .tar shards.");
        ImageSetSources sources = new();
        try
        {
            foreach (string path in paths)
                sources.Add(path);
            sources.AssignLabels();
            return new ImageSet(sources, options ?? new ImageSetOptions());
        }
        catch
        {
            sources.Dispose();
            throw;
        }
    }

    /// <summary>What a user knows the image by: its path, or "shard.tar:entry".</summary>
    public string Name(int index) => sources.Names[index];

    /// <summary>The class index, 0 to ClassCount - 1, or -1 for an image without one.</summary>
    public int Label(int index) => sources.Label(index);

    /// <summary>Reads and decodes one image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <param name="target">How far a JPEG may be scaled down while it is decoded.</param>
    /// <exception cref="ImageFormatException">It is damaged, too large, or its file has gone or cannot be read.</exception>
    public RgbImage Load(int index, DecodeTarget target = default)
    {
        string name = Name(index);
        byte[]? rented = null;
        try
        {
            int length = sources.Length(index, out TarShard? shard, out int entry);
            rented = ArrayPool<byte>.Shared.Rent(length);
            Span<byte> encoded = rented.AsSpan(0, length);
            bool complete = shard is null ? ImageSetSources.TryReadFile(name, encoded) : shard.TryRead(entry, encoded);
            return complete
                ? ImageDecoder.Decode(encoded, name, options.MaxPixels, target)
                : throw new ImageFormatException(name, "the file became shorter while it was read");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException(name, failure.Message);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose() => sources.Dispose();
}
