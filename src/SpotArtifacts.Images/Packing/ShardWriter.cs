using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Formats;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Images.Packing;

/// <summary>How a set is packed into shards.</summary>
public sealed record ShardOptions
{
    /// <summary>Bytes of images after which a shard is full, 1 or more; one image more may still be in it.</summary>
    public long ShardBytes { get; init; } = 1L << 30;

    /// <summary>Decides the order of the images.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>What has been packed: <c>manifest.json</c> of the folder, written anew after each shard.</summary>
/// <param name="Seed">Of the order.</param>
/// <param name="ShardBytes">As asked for.</param>
/// <param name="Images">Images of the set.</param>
/// <param name="SetDigest">Of all names: tells another set.</param>
/// <param name="Shards">Finished ones.</param>
/// <param name="Damaged">Images left out so far.</param>
public sealed record ShardManifest(
    ulong Seed, long ShardBytes, int Images, string SetDigest, IReadOnlyList<PackedShard> Shards,
    IReadOnlyList<SkippedImage> Damaged)
{
    /// <summary>Whether every image has been packed or left out.</summary>
    public bool IsComplete => Shards.Sum(shard => shard.Images) + Damaged.Count == Images;
}

/// <summary>A finished shard.</summary>
/// <param name="Name">Name of the file.</param>
/// <param name="Images">Images in it.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record PackedShard(string Name, int Images, long Bytes);

/// <summary>
/// Packs a set into shuffled WebDataset shards: plain POSIX tar, <c>KEY.jpg</c> with the file's own bytes, <c>KEY.cls</c> with
/// its label, and <c>KEY.json</c> with where it came from. A killed pack goes on behind its last finished shard.
/// </summary>
public static class ShardWriter
{
    private const string ManifestName = "manifest.json";
    private static readonly JsonSerializerOptions s_json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Packs, or goes on packing.</summary>
    /// <param name="set">The images.</param>
    /// <param name="folder">New, empty, or with a manifest of the same set and options.</param>
    /// <param name="options">Size and order.</param>
    /// <param name="progress">Told after every few images.</param>
    /// <param name="cancellation">Stops between images; finished shards stay.</param>
    /// <exception cref="SpotException">The folder holds something else, or an image changes meanwhile.</exception>
    public static ShardManifest Write(
        ImageSet set, string folder, ShardOptions options, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Write(set, folder, options, progress, WholeShare.Instance, cancellation);

    /// <summary>Packs together with other processes: images are looked at in turn, and shards written in turn.</summary>
    internal static ShardManifest Write(
        ImageSet set, string folder, ShardOptions options, IProgress<DecodingProgress>? progress, IWorkShare share,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ShardBytes, 1);
        ShardManifest manifest = share.FromFirst(() => Begin(set, folder, options));
        ShardPlan plan = new(set, manifest, share, progress);
        while (!manifest.IsComplete)
        {
            IReadOnlyList<PlannedShard> next = plan.Next(share.Size, cancellation);
            PackedShard[] written = share.InTurn(next.Count, i => WriteShard(set, folder, next[i], cancellation));
            manifest = manifest with
            {
                Shards = [.. manifest.Shards, .. written.Where(shard => shard.Images > 0)],
                Damaged = [.. manifest.Damaged, .. next.SelectMany(shard => shard.Damaged)],
            };
            if (share.Rank == 0)
                WriteManifest(folder, manifest);
        }
        return manifest;
    }

    private static ShardManifest Begin(ImageSet set, string folder, ShardOptions options)
    {
        ShardManifest wanted = new(options.Seed, options.ShardBytes, set.Count, SetDigest.Of(set), [], []);
        MakeFolder(folder);
        string path = Path.Combine(folder, ManifestName);
        if (!File.Exists(path))
        {
            if (!Directory.EnumerateFileSystemEntries(folder)
                .All(entry => entry.EndsWith(AtomicFile.TemporaryExtension, StringComparison.Ordinal)))
                throw new SpotException($"{folder} is not empty and holds no {ManifestName} of a pack; name another folder");
            WriteManifest(folder, wanted); // so that shards of a pack that is killed are known for its own
            return wanted;
        }
        ShardManifest found = ReadManifest(path);
        if ((found.Seed, found.ShardBytes, found.Images, found.SetDigest)
            != (wanted.Seed, wanted.ShardBytes, wanted.Images, wanted.SetDigest))
            throw new SpotException($"{path} is of other images, another seed or another shard size; name another folder");
        foreach (PackedShard shard in found.Shards)
            if (!File.Exists(Path.Combine(folder, shard.Name))
                || new FileInfo(Path.Combine(folder, shard.Name)).Length != shard.Bytes)
                throw new SpotException(
                    $"{Path.Combine(folder, shard.Name)} is missing or has changed " +
                    "since it was packed; pack into another folder");
        return found;
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            throw OutputException.Of(folder, failure);
        }
    }

    private static ShardManifest ReadManifest(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ShardManifest>(File.ReadAllText(path), s_json)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            throw new SpotException($"{path}: {failure.Message}; pack into another folder", failure);
        }
    }

    private static void WriteManifest(string folder, ShardManifest manifest) =>
        AtomicFile.WriteText(Path.Combine(folder, ManifestName), JsonSerializer.Serialize(manifest, s_json) + "\n");

    // Nothing where only damaged images were left.
    private static PackedShard WriteShard(ImageSet set, string folder, PlannedShard planned, CancellationToken cancellation)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"images-{planned.Number:D6}.tar"),
            path = Path.Combine(folder, name);
        if (planned.Images.Count == 0)
            return new PackedShard(name, 0, 0);
        AtomicFile.Write(path, stream =>
        {
            using TarWriter tar = new(stream, TarEntryFormat.Ustar, leaveOpen: true);
            foreach (PlannedImage image in planned.Images)
            {
                cancellation.ThrowIfCancellationRequested();
                Add(tar, set, image);
            }
        });
        return new PackedShard(name, planned.Images.Count, new FileInfo(path).Length);
    }

    private static void Add(TarWriter tar, ImageSet set, PlannedImage image)
    {
        byte[] file = ShardPlan.FileOf(set, image.Index);
        if (file.LongLength != image.Bytes)
            throw new SpotException(
                $"{set.Name(image.Index)} had {image.Bytes} bytes when it was looked at and has {file.LongLength} now: pack again, "
                + "when nothing changes the images any more");
        string key = image.Position.ToString("D8", CultureInfo.InvariantCulture);
        AddEntry(tar, $"{key}.{Extension(file)}", file);
        int label = set.Label(image.Index);
        if (label >= 0)
            AddEntry(tar, $"{key}.cls", Encoding.ASCII.GetBytes(label.ToString(CultureInfo.InvariantCulture)));
        AddEntry(
            tar, $"{key}.json",
            JsonSerializer.SerializeToUtf8Bytes(
                new { source = set.Name(image.Index), class_name = label >= 0 ? set.ClassNames?[label] : null }));
    }

    // Fixed time: the same images give the same bytes.
    private static void AddEntry(TarWriter tar, string name, byte[] content)
    {
        UstarTarEntry entry = new(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(content),
            ModificationTime = DateTimeOffset.UnixEpoch,
        };
        tar.WriteEntry(entry);
    }

    private static string Extension(ReadOnlySpan<byte> file) => ImageDecoder.Recognize(file) switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.WebP => "webp",
        ImageFormat.Gif => "gif",
        ImageFormat.Tiff => "tif",
        ImageFormat.Avif => "avif",
        ImageFormat.Bmp => "bmp",
        ImageFormat.Pnm => PnmDecoder.IsGrey(file) ? "pgm" : "ppm",
        _ => "png",
    };
}
