using System.Buffers.Binary;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// Size of a GIF's or WebP's canvas, read from the header: libvips takes memory for the whole of it when it opens the file.
/// </summary>
internal static class FrameSize
{
    /// <exception cref="ImageFormatException">The header is damaged or cut off.</exception>
    internal static (int Width, int Height) Read(ReadOnlySpan<byte> file, ImageFormat format, string name)
    {
        (int width, int height) = format == ImageFormat.Gif ? OfGif(file) : OfWebP(file);
        return width > 0 && height > 0 ? (width, height)
            : throw new ImageFormatException(
                name, $"the {(format == ImageFormat.Gif ? "GIF" : "WebP")} header is damaged or cut off");
    }

    private static (int Width, int Height) OfGif(ReadOnlySpan<byte> file) => file.Length < 13 ? default
        : (BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), BinaryPrimitives.ReadUInt16LittleEndian(file[8..]));

    /// <summary>The first chunk is an extended header with the canvas, or a lossy or lossless picture (RFC 9649).</summary>
    private static (int Width, int Height) OfWebP(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30)
            return default;
        ReadOnlySpan<byte> type = file.Slice(12, 4);
        if (type.SequenceEqual("VP8X"u8))
            return (1 + (file[24] | file[25] << 8 | file[26] << 16), 1 + (file[27] | file[28] << 8 | file[29] << 16));
        if (type.SequenceEqual("VP8 "u8))
            return (
                BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3fff,
                BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3fff);
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..]);
        return type.SequenceEqual("VP8L"u8) ? (1 + (int)(bits & 0x3fff), 1 + (int)(bits >> 14 & 0x3fff)) : default;
    }
}
