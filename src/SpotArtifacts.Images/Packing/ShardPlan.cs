using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Images.Packing;

/// <summary>An image that goes into a shard.</summary>
/// <param name="Position">In the order of the pack.</param>
/// <param name="Index">In the set.</param>
/// <param name="Bytes">Of its file.</param>
internal sealed record PlannedImage(int Position, int Index, long Bytes);

/// <summary>A shard that is to be written.</summary>
/// <param name="Number">Of the shard.</param>
/// <param name="Images">Good ones; none where only damaged ones were left.</param>
/// <param name="Damaged">Those that were met on the way.</param>
internal sealed record PlannedShard(int Number, IReadOnlyList<PlannedImage> Images, IReadOnlyList<SkippedImage> Damaged);

/// <summary>
/// Which images the next shards hold. Each is decoded whole, since a damaged file must not travel on; by several processes in
/// turn, which then know the same, and so write different shards at the same time.
/// </summary>
/// <param name="set">The images.</param>
/// <param name="begun">What has been packed.</param>
/// <param name="share">The processes.</param>
/// <param name="progress">Told after every few images.</param>
internal sealed class ShardPlan(ImageSet set, ShardManifest begun, IWorkShare share, IProgress<DecodingProgress>? progress)
{
    // A wait for the slowest process costs little, and a stop loses little.
    private const int ImagesAtOnce = 256;

    private readonly KeyedPermutation _order = new(set.Count, begun.Seed);
    private readonly Queue<Looked> _looked = [];
    private int _position = begun.Shards.Sum(shard => shard.Images) + begun.Damaged.Count;
    private int _number = begun.Shards.Count, _damaged = begun.Damaged.Count;

    /// <summary>The file that stands for an image; decoded only where it has no file of its own and is not at hand.</summary>
    internal static byte[] FileOf(ImageSet set, int index, RgbImage? image = null) =>
        set.ReadEncoded(index) ?? PngFile.Encode(image ?? set.Load(index));

    /// <summary>The next shards, as many as there are left at most.</summary>
    internal IReadOnlyList<PlannedShard> Next(int most, CancellationToken cancellation)
    {
        List<PlannedShard> shards = [];
        while (shards.Count < most && _position < set.Count)
            shards.Add(NextShard(cancellation));
        return shards;
    }

    private PlannedShard NextShard(CancellationToken cancellation)
    {
        List<PlannedImage> images = [];
        List<SkippedImage> damaged = [];
        for (long bytes = 0; _position < set.Count && bytes < begun.ShardBytes; _position++)
        {
            if (_looked.Count == 0)
                LookAhead(cancellation);
            Looked image = _looked.Dequeue();
            int index = _order[_position];
            if (image.Damage is { } reason)
                damaged.Add(new SkippedImage(set.Name(index), reason));
            else
                images.Add(new PlannedImage(_position, index, image.Bytes));
            bytes += image.Bytes;
        }
        return new PlannedShard(_number++, images, damaged);
    }

    private void LookAhead(CancellationToken cancellation)
    {
        int first = _position, count = Math.Min(ImagesAtOnce, set.Count - first);
        int[] own = share.Own(count);
        Looked[] mine = new Looked[own.Length];
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = cancellation,
        };
        Parallel.For(0, own.Length, parallel, n => mine[n] = Look(_order[first + own[n]]));
        foreach (Looked image in share.Join(count, mine))
        {
            _looked.Enqueue(image);
            _damaged += image.Damage is null ? 0 : 1;
        }
        progress?.Report(new DecodingProgress(first + count, set.Count, _damaged));
    }

    private Looked Look(int index)
    {
        try
        {
            return new Looked(FileOf(set, index, set.Load(index)).LongLength, null);
        }
        catch (ImageFormatException bad)
        {
            return new Looked(0, bad.Reason);
        }
    }

    private readonly record struct Looked(long Bytes, string? Damage);
}
