using System.Text;
using System.Text.Json;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images.Packing;

/// <summary>Writes packed pixel files (docs/packed-pixels.md).</summary>
public static class PackedPixels
{
    /// <summary>
    /// Writes a set's good images, in its order. A pack that was stopped or killed goes on where it was.
    /// </summary>
    /// <param name="set">The images.</param>
    /// <param name="path">The file; written whole or not at all, and never over another.</param>
    /// <param name="side">Side S in pixels: the shorter side is resized to it, and the central square kept. 1 to 4096.</param>
    /// <param name="threads">Threads that decode, 1 or more.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellation">Stops; what is packed so far stays beside the file, to go on from.</param>
    /// <returns>The images that were left out.</returns>
    /// <exception cref="SpotException">The file exists already, no image is good, or beside it lies the begun pack of something
    /// else.</exception>
    public static IReadOnlyList<SkippedImage> Write(
        ImageSet set, string path, int side, int threads, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Write(set, path, side, threads, progress, WholeShare.Instance, cancellation);

    /// <summary>Writes together with other processes; one of them writes the file.</summary>
    internal static IReadOnlyList<SkippedImage> Write(
        ImageSet set, string path, int side, int threads, IProgress<DecodingProgress>? progress, IWorkShare share,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 4096);
        if (share.Rank > 0)
        {
            Render(null, set, side, threads, progress, share, cancellation);
            return [];
        }
        if (File.Exists(path))
            throw new SpotException($"{path} exists already and is never overwritten; name another file or delete it");
        try
        {
            return WriteNew(set, path, side, threads, progress, share, cancellation);
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            throw OutputException.Of(path, failure);
        }
    }

    private static IReadOnlyList<SkippedImage> WriteNew(
        ImageSet set, string path, int side, int threads, IProgress<DecodingProgress>? progress, IWorkShare share,
        CancellationToken cancellation)
    {
        using PartialPack partial = PartialPack.Open(set, path, side);
        Render(partial, set, side, threads, progress, share, cancellation);
        int[] good = partial.Good();
        if (good.Length == 0)
        {
            partial.Discard();
            throw new SpotException(
                $"none of {set.Count} images is good: {partial.Skipped[0].Name} ({partial.Skipped[0].Reason})");
        }
        WriteTail(partial.Stream, set, side, good, partial.Checksums());
        partial.Finish();
        return partial.Skipped;
    }

    // Without a file of its own a process renders for the one that has it.
    private static void Render(
        PartialPack? partial, ImageSet set, int side, int threads, IProgress<DecodingProgress>? progress, IWorkShare share,
        CancellationToken cancellation)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        byte[]?[] pixels = new byte[]?[1024];
        string[] reasons = new string[pixels.Length];
        int count;
        for (int first = share.FromFirst(partial?.Looked ?? 0); first < set.Count; first += count)
        {
            count = Math.Min(pixels.Length, set.Count - first);
            try
            {
                int begin = first; // of these, not of those that another thread may already be at
                Parallel.For(0, share.CountOf(count), parallel, n =>
                    (pixels[share.ItemOf(n)], reasons[share.ItemOf(n)]) = Render(set, begin + share.ItemOf(n), side));
            }
            catch (OperationCanceledException)
            {
                partial?.Save();
                throw;
            }
            Exchange(share, pixels, reasons, count);
            for (int i = 0; partial is not null && i < count; i++)
            {
                if (pixels[i] is { } image)
                    partial.Add(image);
                else
                    partial.Skip(set.Name(first + i), reasons[i]);
            }
            progress?.Report(new DecodingProgress(first + count, set.Count, partial?.Skipped.Count ?? 0));
        }
    }

    private static void Exchange(IWorkShare share, byte[]?[] pixels, string[] reasons, int count)
    {
        if (share.Size == 1)
            return;
        byte[][] all = share.Gather(WorkShares.Write(writer =>
        {
            for (int n = 0; n < share.CountOf(count); n++)
            {
                int i = share.ItemOf(n);
                writer.Write(pixels[i] is null ? reasons[i] : "");
                writer.Write(pixels[i]?.Length ?? 0);
                writer.Write(pixels[i] ?? []);
            }
        }));
        for (int rank = 0; rank < share.Size; rank++)
            WorkShares.Read(all[rank], reader =>
            {
                for (int i = rank; i < count; i += share.Size)
                {
                    reasons[i] = reader.ReadString();
                    byte[] read = reader.ReadBytes(reader.ReadInt32());
                    pixels[i] = reasons[i].Length > 0 ? null : read;
                }
            });
    }

    private static (byte[]? Pixels, string Reason) Render(ImageSet set, int index, int side)
    {
        try
        {
            RgbImage image = set.Load(index, new DecodeTarget(side, areaRootShare: 1, sideShare: 1));
            double shorter = Math.Min(image.Width, image.Height);
            SourceBox square = new((image.Width - shorter) / 2, (image.Height - shorter) / 2, shorter, shorter);
            return (
                image.Width == side && image.Height == side ? image.Pixels
                : ThreadResizer.Current.Resize(image, square, side, ResizeFilter.Bilinear).Pixels, "");
        }
        catch (ImageFormatException damaged)
        {
            return (null, damaged.Reason);
        }
    }

    private static void WriteTail(Stream stream, ImageSet set, int side, int[] good, IReadOnlyList<uint> checksums)
    {
        using MemoryStream tail = new();
        using (BinaryWriter writer = new(tail, Encoding.UTF8, leaveOpen: true))
        {
            foreach (uint checksum in checksums)
                writer.Write(checksum);
            foreach (int index in good)
                writer.Write(set.Label(index));
            byte[][] names = [.. good.Select(index => Encoding.UTF8.GetBytes(set.Name(index)))];
            long end = 0;
            foreach (byte[] name in names)
                writer.Write((uint)(end = checked(end + name.Length)));
            foreach (byte[] name in names)
                writer.Write(name);
            writer.Write(JsonSerializer.SerializeToUtf8Bytes(new { class_names = set.ClassNames }));
        }
        byte[] bytes = tail.ToArray();
        long tailOffset = stream.Position, nameBytes = good.Sum(index => (long)Encoding.UTF8.GetByteCount(set.Name(index)));
        stream.Write(bytes);
        byte[] header = PackedFormat.Header(side, good.Length, tailOffset, nameBytes, stream.Position, Crc32C.Append(0, bytes));
        stream.Position = 0;
        stream.Write(header);
        stream.Position = stream.Length;
    }
}
