using System.Buffers.Binary;
using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images.Scanning;

/// <summary>How a file stores its colours, read from its header without decoding it.</summary>
internal static class StoredColors
{
    /// <summary>Such as "JPEG grey", "PNG palette", "WebP"; the file has been decoded, so its header is sound.</summary>
    internal static string Of(ReadOnlySpan<byte> file) => ImageDecoder.Recognize(file) switch
    {
        ImageFormat.Jpeg => $"JPEG {JpegColors(file)}",
        ImageFormat.Png => $"PNG {PngColors(file)}",
        ImageFormat.Pnm => PnmDecoder.IsGrey(file) ? "PGM grey" : "PPM RGB",
        ImageFormat.WebP => "WebP",
        ImageFormat.Gif => "GIF",
        ImageFormat.Tiff => "TIFF",
        ImageFormat.Avif => "AVIF",
        ImageFormat.Bmp => "BMP",
        _ => "unknown",
    };

    private static string PngColors(ReadOnlySpan<byte> file)
    {
        string colors = file[25] switch { 0 => "grey", 2 => "RGB", 3 => "palette", 4 => "grey + alpha", _ => "RGB + alpha" };
        return file[24] == 16 ? colors + ", 16 bit" : colors;
    }

    /// <summary>
    /// Segments up to the frame header (SOF0 to SOF15 but the tables among them); its tenth byte counts the components.
    /// </summary>
    private static string JpegColors(ReadOnlySpan<byte> file)
    {
        for (int at = 2; at + 9 < file.Length;)
        {
            if (file[at] != 0xff || file[at + 1] == 0xff)
            {
                at++;
                continue;
            }
            byte marker = file[at + 1];
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
                return file[at + 9] switch { 1 => "grey", 3 => "RGB", 4 => "CMYK", var other => $"{other} components" } +
                    (marker == 0xc2 ? ", progressive" : "");
            at += marker is >= 0xd0 and <= 0xd9 or 1 ? 2 : 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }
        return "RGB";
    }
}
