using System.Globalization;
using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images;

/// <summary>Encoded bytes to pixels: JPEG, PNG, WebP, BMP, PPM and PGM, recognised by their first bytes and never by a name.</summary>
public static class ImageDecoder
{
    /// <summary>Largest number of pixels that is decoded unless the caller says otherwise.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    // A progressive JPEG from any encoder in use has about ten; each scan is a pass over all coefficients.
    private const int MaxScans = 200;

    /// <summary>What the first bytes of a file say it is; 18 bytes are enough.</summary>
    public static ImageFormat Recognize(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) ? ImageFormat.Jpeg
        : head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n']) ? ImageFormat.Png
        : head.Length >= 12 && head[..4].SequenceEqual("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8) ? ImageFormat.WebP
        : BmpDecoder.IsBmp(head) ? ImageFormat.Bmp
        : PnmDecoder.IsPnm(head) ? ImageFormat.Pnm
        : ImageFormat.Unknown;

    /// <summary>Decodes one image to 8-bit RGB and turns it upright as its EXIF orientation says.</summary>
    /// <remarks>
    /// Grey becomes RGB; CMYK becomes RGB without a colour profile; alpha of PNG and WebP is composited onto white; 16 bits are scaled
    /// to 8. A truncated or corrupt file is an error even where its codec could show a part of it.
    /// </remarks>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">What the user knows it by, for messages.</param>
    /// <param name="maxPixels">Largest width * height as stored; checked before memory for the pixels is taken.</param>
    /// <param name="target">How far a JPEG may be scaled down while it is decoded; other formats come in full.</param>
    /// <exception cref="ImageFormatException">It is damaged, of an unknown format or too large.</exception>
    /// <exception cref="NativeImageCodecsException">The codecs could not be loaded.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> encoded, string name, long maxPixels = DefaultMaxPixels, DecodeTarget target = default)
    {
        ImageFormat format = Recognize(encoded);
        return format switch
        {
            ImageFormat.Unknown when encoded.IsEmpty => throw new ImageFormatException(name, "the file is empty"),
            ImageFormat.Unknown => throw new ImageFormatException(name, "neither JPEG, PNG, WebP, BMP, PPM nor PGM by its first bytes"),
            ImageFormat.Bmp => BmpDecoder.Decode(encoded, name, maxPixels),
            ImageFormat.Pnm => PnmDecoder.Decode(encoded, name, maxPixels),
            _ => DecodeNative(encoded, name, maxPixels, format == ImageFormat.Jpeg ? target : default),
        };
    }

    internal static string TooLarge(long width, long height, long maxPixels) =>
        string.Create(CultureInfo.InvariantCulture, $"{width} x {height} pixels, more than the {Math.Min(maxPixels, Array.MaxLength / 3)} allowed");

    private static RgbImage DecodeNative(ReadOnlySpan<byte> encoded, string name, long maxPixels, DecodeTarget target)
    {
        NativeImageCodecs.EnsureLoaded();
        Span<byte> error = stackalloc byte[NativeError.Capacity];
        error[0] = 0;
        // RgbImage holds one array, so the array limit bounds what can be asked for.
        long allowed = Math.Min(maxPixels, Array.MaxLength / 3);
        int status = Interop.SpotImages.ReadHeader(
            encoded, encoded.Length, allowed, out _, out int width, out int height, out int orientation, error, error.Length);
        if (status == NativeError.TooLarge)
            throw new ImageFormatException(name, TooLarge(width, height, maxPixels));
        Check(status, name, error);

        int denominator = target.Denominator(width, height);
        (width, height) = ((width - 1) / denominator + 1, (height - 1) / denominator + 1);
        byte[] pixels = GC.AllocateUninitializedArray<byte>(3 * width * height); // the decoder fills all of it, or fails
        Check(Interop.SpotImages.Decode(encoded, encoded.Length, MaxScans, denominator, pixels, pixels.Length, error, error.Length), name, error);
        if (orientation == 1)
            return new RgbImage(width, height, pixels);

        byte[] upright = new byte[pixels.Length];
        Check(Interop.SpotImages.Orient(pixels, width, height, orientation, upright, error, error.Length), name, error);
        return orientation < 5 ? new RgbImage(width, height, upright) : new RgbImage(height, width, upright);
    }

    private static void Check(int status, string name, ReadOnlySpan<byte> error)
    {
        if (status == NativeError.NoMemory)
            throw new InsufficientMemoryException($"{name}: {NativeError.Read(error)}");
        if (status != NativeError.Ok)
            throw new ImageFormatException(name, NativeError.Read(error));
    }
}
