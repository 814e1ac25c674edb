using System.IO.Compression;

namespace SpotArtifacts.Images.Formats;

/// <summary>PNG: the colours by libvips, or the palette indices as they stand in the file, which no codec gives.</summary>
internal static class PngDecoder
{
    // Adam7: first column and row of each pass, and the steps between.
    private static readonly (int X, int Y, int StepX, int StepY)[] s_passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <exception cref="ImageFormatException">Damaged, cut off or too large.</exception>
    internal static RgbImage Decode(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        PngChunks chunks = PngChunks.Open(file, name);
        PixelLimit.Check(chunks.Width, chunks.Height, maxPixels, name);
        int orientation = chunks.Verify();
        return Orientation.Upright(VipsDecoder.DecodePng(chunks.Essentials(), name), orientation);
    }

    /// <summary>Palette indices, or the values of 8-bit grey.</summary>
    /// <exception cref="ImageFormatException">Damaged, cut off, too large or without indices.</exception>
    internal static IndexedImage DecodeIndices(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        PngChunks chunks = PngChunks.Open(file, name);
        PixelLimit.Check(chunks.Width, chunks.Height, maxPixels, name, bytes: 1);
        chunks.Verify();
        int bits = chunks.BitDepth;
        if (chunks.ColorType != 3 && !(chunks.ColorType == 0 && bits == 8))
            throw new ImageFormatException(name, "neither a palette nor 8-bit grey: the picture has no indices");
        int width = (int)chunks.Width, height = (int)chunks.Height;
        byte[] indices = new byte[width * height];
        using ZLibStream packed = new(new MemoryStream(chunks.Pixels()), CompressionMode.Decompress);
        try
        {
            if (chunks.IsInterlaced)
                foreach ((int x, int y, int stepX, int stepY) in s_passes)
                    ReadPass(packed, bits, (width - x + stepX - 1) / stepX, (height - y + stepY - 1) / stepY,
                        (row, column, value) => indices[(y + row * stepY) * width + x + column * stepX] = value);
            else
                ReadPass(packed, bits, width, height, (row, column, value) => indices[row * width + column] = value);
            packed.CopyTo(Stream.Null); // the data's own checksum stands at its end
        }
        catch (Exception damaged) when (damaged is InvalidDataException or IOException)
        {
            throw new ImageFormatException(name, "its compressed pixels are damaged or not all there");
        }
        return new IndexedImage(width, height, indices);
    }

    private static void ReadPass(Stream packed, int bits, int width, int height, Action<int, int, byte> put)
    {
        if (width < 1 || height < 1)
            return;
        int bytes = (width * bits + 7) / 8, mask = (1 << bits) - 1;
        byte[] row = new byte[bytes], above = new byte[bytes];
        for (int y = 0; y < height; y++)
        {
            int filter = packed.ReadByte();
            packed.ReadExactly(row);
            Unfilter(filter, row, above);
            for (int x = 0; x < width; x++)
            {
                int bit = x * bits;
                put(y, x, (byte)(row[bit / 8] >> (8 - bits - bit % 8) & mask));
            }
            (row, above) = (above, row);
        }
    }

    /// <summary>Undoes a row's filter; a pixel is never longer than a byte here.</summary>
    private static void Unfilter(int filter, byte[] row, byte[] above)
    {
        if (filter is < 0 or > 4)
            throw new InvalidDataException($"filter {filter}");
        byte left = 0, corner = 0;
        for (int i = 0; i < row.Length; i++)
        {
            byte up = above[i];
            left = row[i] += (byte)(filter switch
            {
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                4 => Paeth(left, up, corner),
                _ => 0,
            });
            corner = up;
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int guess = left + up - corner, toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up),
            toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
