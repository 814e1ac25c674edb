using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// Windows bitmaps: 1, 4, 8, 16, 24 and 32 bits a pixel, bottom-up or top-down, with palette or bit fields (Microsoft,
/// "Bitmap Storage"). Run-length coding, JPEG and PNG inside are refused. A fourth channel is ignored: most writers leave it 0.
/// </summary>
internal static class BmpDecoder
{
    private const int FileHeader = 14, CoreHeader = 12, InfoHeader = 40;
    private const int BitFields = 3;

    internal static bool IsBmp(ReadOnlySpan<byte> head) =>
        head.Length >= FileHeader + 4 && head[0] == 'B' && head[1] == 'M'
        && Int(head, FileHeader) is CoreHeader or >= InfoHeader and <= 124;

    /// <exception cref="ImageFormatException">Damaged, cut off, too large or of a kind that is not read.</exception>
    internal static RgbImage Decode(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        Layout layout = ReadLayout(file, name, maxPixels);
        RgbImage image = new(layout.Width, layout.Height);
        ReadOnlySpan<byte> palette = layout.Bits <= 8 ? Palette(file, layout, name) : default;
        for (int y = 0; y < layout.Height; y++)
        {
            ReadOnlySpan<byte> row = file.Slice(layout.Pixels + y * layout.Stride, layout.Stride);
            Span<byte> to =
                image.Pixels.AsSpan(3 * layout.Width * (layout.TopDown ? y : layout.Height - 1 - y), 3 * layout.Width);
            if (layout.Bits <= 8)
                FromPalette(row, palette, layout, to, name);
            else if (layout.Bits == 24)
                for (int x = 0; x < layout.Width; x++)
                    (to[3 * x], to[3 * x + 1], to[3 * x + 2]) = (row[3 * x + 2], row[3 * x + 1], row[3 * x]);
            else
                FromMasks(row, layout, to);
        }
        return image;
    }

    private static Layout ReadLayout(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        int header = Int(file, FileHeader);
        if (file.Length < FileHeader + header)
            throw new ImageFormatException(name, "the file ends inside its header");
        bool core = header == CoreHeader;
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(file[18..]) : Int(file, 18);
        long storedHeight = core ? BinaryPrimitives.ReadUInt16LittleEndian(file[20..]) : Int(file, 22);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(file[(core ? 24 : 28)..]);
        int compression = core ? 0 : Int(file, 30);
        long height = Math.Abs(storedHeight);
        if (width < 1 || height < 1)
            throw new ImageFormatException(
                name, string.Create(CultureInfo.InvariantCulture, $"{width} x {storedHeight} pixels are no picture"));
        PixelLimit.Check(width, height, maxPixels, name);
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32) || compression != 0 && !(compression == BitFields && bits is 16 or 32))
            throw new ImageFormatException(
                name, $"a bitmap with {bits} bits a pixel and compression {compression} " +
                "is not read; save it uncompressed or as PNG");
        long stride = (width * bits + 31) / 32 * 4;
        long pixels = (uint)Int(file, 10);
        if (pixels < FileHeader + header || pixels + stride * height > file.Length)
            throw new ImageFormatException(name, "the file is cut off: its pixels are not all there");
        return new Layout(
            (int)width, (int)height, storedHeight < 0, bits, (int)pixels, (int)stride, header,
            Masks(file, header, bits, compression, name));
    }

    private static uint[] Masks(ReadOnlySpan<byte> file, int header, int bits, int compression, string name)
    {
        if (compression != BitFields)
            return bits == 16 ? [0x7C00, 0x03E0, 0x001F] : [0xFF0000, 0xFF00, 0xFF];
        // Behind a header of 40 bytes or inside a longer one: the same place.
        int at = FileHeader + InfoHeader;
        if (file.Length < at + 12)
            throw new ImageFormatException(name, "the file ends inside its bit fields");
        uint[] masks = [(uint)Int(file, at), (uint)Int(file, at + 4), (uint)Int(file, at + 8)];
        return Array.TrueForAll(masks, mask => mask != 0) ? masks : throw new ImageFormatException(name, "a bit field is empty");
    }

    private static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> file, Layout layout, string name)
    {
        int entry = layout.Header == CoreHeader ? 3 : 4, most = 1 << layout.Bits;
        int used = layout.Header == CoreHeader ? 0 : Int(file, 46);
        int count = used is > 0 && used < most ? used : most, at = FileHeader + layout.Header;
        // Some writers leave the unused end of the palette out.
        count = Math.Min(count, (layout.Pixels - at) / entry);
        return count > 0 ? file.Slice(at, count * entry) : throw new ImageFormatException(name, "the palette is missing");
    }

    private static void FromPalette(ReadOnlySpan<byte> row, ReadOnlySpan<byte> palette, Layout layout, Span<byte> to, string name)
    {
        int entry = layout.Header == CoreHeader ? 3 : 4, perByte = 8 / layout.Bits, mask = (1 << layout.Bits) - 1;
        for (int x = 0; x < layout.Width; x++)
        {
            int index = entry * (row[x / perByte] >> (8 - layout.Bits * (x % perByte + 1)) & mask);
            if (index >= palette.Length)
                throw new ImageFormatException(name, "a pixel has a colour that the palette lacks");
            (to[3 * x], to[3 * x + 1], to[3 * x + 2]) = (palette[index + 2], palette[index + 1], palette[index]);
        }
    }

    private static void FromMasks(ReadOnlySpan<byte> row, Layout layout, Span<byte> to)
    {
        for (int x = 0; x < layout.Width; x++)
        {
            uint pixel = layout.Bits == 16 ? BinaryPrimitives.ReadUInt16LittleEndian(row[(2 * x)..])
                : BinaryPrimitives.ReadUInt32LittleEndian(row[(4 * x)..]);
            for (int channel = 0; channel < 3; channel++)
            {
                uint mask = layout.Masks[channel];
                int shift = BitOperations.TrailingZeroCount(mask);
                ulong most = mask >> shift;
                to[3 * x + channel] = (byte)((((ulong)(pixel & mask) >> shift) * 255 + most / 2) / most);
            }
        }
    }

    private static int Int(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file[at..]);

    private sealed record Layout(int Width, int Height, bool TopDown, int Bits, int Pixels, int Stride, int Header, uint[] Masks);
}
