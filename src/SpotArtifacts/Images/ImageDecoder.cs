using System.Globalization;

namespace SpotArtifacts.Images;

/// <summary>Encoded bytes to pixels: JPEG and PNG, recognised by their first bytes and never by a name.</summary>
public static class ImageDecoder
{
    /// <summary>Largest number of pixels that is decoded unless the caller says otherwise.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    private const int Jpeg = 1; // SPOT_IMAGES_JPEG

    // A progressive JPEG from any encoder in use has about ten; each scan is a pass over all coefficients.
    private const int MaxScans = 200;

    /// <summary>Decodes one image to 8-bit RGB and turns it upright as its EXIF orientation says.</summary>
    /// <remarks>
    /// Grey becomes RGB; CMYK becomes RGB without a colour profile; PNG alpha is composited onto white; 16 bits are scaled
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
        NativeImageCodecs.EnsureLoaded();
        Span<byte> error = stackalloc byte[NativeError.Capacity];
        error[0] = 0;
        // RgbImage holds one array, so the array limit bounds what can be asked for.
        long allowed = Math.Min(maxPixels, Array.MaxLength / 3);
        int status = Interop.SpotImages.ReadHeader(
            encoded, encoded.Length, allowed, out int format, out int width, out int height, out int orientation, error, error.Length);
        if (status == NativeError.TooLarge)
            throw new ImageFormatException(name, string.Create(CultureInfo.InvariantCulture,
                $"{width} x {height} pixels, more than the {allowed} allowed"));
        Check(status, name, error);

        int denominator = format == Jpeg ? target.Denominator(width, height) : 1;
        (width, height) = ((width - 1) / denominator + 1, (height - 1) / denominator + 1);
        byte[] pixels = new byte[3 * width * height];
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
