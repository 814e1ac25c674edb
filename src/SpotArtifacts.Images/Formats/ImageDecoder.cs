using System.Buffers.Binary;
using SpotArtifacts.Images.Formats;
using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images;

/// <summary>
/// Encoded bytes to pixels: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, PPM and PGM, recognised by their first bytes and never by a
/// name.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Largest number of pixels that is decoded unless the caller says otherwise.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    private const string Known = "JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, PPM nor PGM";

    /// <summary>What the first bytes of a file say it is; 64 bytes are enough.</summary>
    public static ImageFormat Recognize(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) ? ImageFormat.Jpeg
        : head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'])
            ? ImageFormat.Png
        : head.Length >= 12 && head[..4].SequenceEqual("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8) ? ImageFormat.WebP
        : head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) ? ImageFormat.Gif
        : head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8)
            ? ImageFormat.Tiff
        : IsAvif(head) ? ImageFormat.Avif
        : BmpDecoder.IsBmp(head) ? ImageFormat.Bmp
        : PnmDecoder.IsPnm(head) ? ImageFormat.Pnm
        : ImageFormat.Unknown;

    /// <summary>Decodes one image to 8-bit RGB and turns it upright as its EXIF orientation says.</summary>
    /// <remarks>
    /// Grey becomes RGB; inks become RGB without a colour profile; alpha is composited onto white; 16 bits are scaled to 8. Of a
    /// moving picture or a file of several pages the first is read. A truncated or corrupt file is an error even where its codec
    /// could show a part of it.
    /// </remarks>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">What the user knows it by, for messages.</param>
    /// <param name="maxPixels">Largest width * height as stored; checked before memory for the pixels is taken.</param>
    /// <param name="target">How far a JPEG may be scaled down while it is decoded; other formats come in full.</param>
    /// <exception cref="ImageFormatException">It is damaged, of an unknown format or too large.</exception>
    /// <exception cref="ImageCodecException">A codec could not be loaded.</exception>
    public static RgbImage Decode(
        ReadOnlySpan<byte> encoded, string name, long maxPixels = DefaultMaxPixels, DecodeTarget target = default)
    {
        ImageFormat format = Recognize(encoded);
        switch (format)
        {
            case ImageFormat.Jpeg:
                return JpegDecoder.Decode(encoded, name, maxPixels, target);
            case ImageFormat.Png:
                return PngDecoder.Decode(encoded, name, maxPixels);
            case ImageFormat.WebP or ImageFormat.Gif:
                (int width, int height) = FrameSize.Read(encoded, format, name);
                PixelLimit.Check(width, height, maxPixels, name);
                return VipsDecoder.DecodeFrame(encoded.ToArray(), format, name, maxPixels);
            case ImageFormat.Tiff:
                return VipsDecoder.DecodeTiff(encoded.ToArray(), name, maxPixels);
            case ImageFormat.Avif:
                return VipsDecoder.DecodeAvif(encoded.ToArray(), name, maxPixels);
            case ImageFormat.Bmp:
                return BmpDecoder.Decode(encoded, name, maxPixels);
            case ImageFormat.Pnm:
                return PnmDecoder.Decode(encoded, name, maxPixels);
            default:
                string? kind = UnreadKinds.OfContent(encoded);
                throw new ImageFormatException(
                    name, encoded.IsEmpty ? "the file is empty"
                        : kind is not null && UnreadKinds.Remedy(kind) is { } remedy ? remedy
                        : $"neither {Known} by its first bytes");
        }
    }

    /// <summary>ISO base media file whose major brand, or one of the compatible ones, is AVIF's.</summary>
    private static bool IsAvif(ReadOnlySpan<byte> head)
    {
        if (head.Length < 16 || !head[4..8].SequenceEqual("ftyp"u8))
            return false;
        int end = (int)Math.Min((uint)head.Length, BinaryPrimitives.ReadUInt32BigEndian(head));
        for (int at = 8; at + 4 <= end; at += 4)
            if (head.Slice(at, 4).SequenceEqual("avif"u8) || head.Slice(at, 4).SequenceEqual("avis"u8))
                return true;
        return false;
    }
}
