using System.Text;
using System.Text.Json;
using SpotArtifacts.Images.Files;
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
        ImageSet set, string path, int side, int threads, Action<DecodingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, 4096);
        if (File.Exists(path))
            throw new SpotException($"{path} exists already and is never overwritten; name another file or delete it");
        try
        {
            return WriteNew(set, path, side, threads, progress, cancellation);
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            throw OutputException.Of(path, failure);
        }
    }

    private static IReadOnlyList<SkippedImage> WriteNew(
        ImageSet set, string path, int side, int threads, Action<DecodingProgress>? progress, CancellationToken cancellation)
    {
        using PartialPack partial = PartialPack.Open(set, path, side);
        WritePixels(partial, set, side, threads, progress, cancellation);
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

    private static void WritePixels(
        PartialPack partial, ImageSet set, int side, int threads, Action<DecodingProgress>? progress,
        CancellationToken cancellation)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        byte[]?[] pixels = new byte[]?[1024];
        string[] reasons = new string[pixels.Length];
        while (partial.Looked < set.Count)
        {
            int first = partial.Looked, count = Math.Min(pixels.Length, set.Count - first);
            try
            {
                Parallel.For(0, count, parallel, i => (pixels[i], reasons[i]) = Render(set, first + i, side));
            }
            catch (OperationCanceledException)
            {
                partial.Save();
                throw;
            }
            for (int i = 0; i < count; i++)
            {
                if (pixels[i] is { } image)
                    partial.Add(image);
                else
                    partial.Skip(set.Name(first + i), reasons[i]);
            }
            progress?.Invoke(new DecodingProgress(partial.Looked, set.Count, partial.Skipped.Count));
        }
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
