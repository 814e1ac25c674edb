using SpotArtifacts.Images.Files;


namespace SpotArtifacts.Images;

/// <summary>Pixels to PNG: 8-bit RGB, not interlaced, lossless.</summary>
public static class PngFile
{
    /// <summary>Encodes into memory.</summary>
    /// <param name="image">Sides up to 1,000,000 pixels.</param>
    /// <exception cref="ArgumentException">The image is too large for one array or for the codec.</exception>
    /// <exception cref="NativeImageCodecsException">The codecs could not be loaded.</exception>
    public static byte[] Encode(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        NativeImageCodecs.EnsureLoaded();
        long bound = Interop.SpotImages.PngBound(image.Width, image.Height);
        if (bound <= 0 || bound > Array.MaxLength)
            throw new ArgumentException($"{image.Width} x {image.Height} pixels are too many for one PNG", nameof(image));
        byte[] output = new byte[bound];
        Span<byte> error = stackalloc byte[NativeError.Capacity];
        error[0] = 0;
        int status = Interop.SpotImages.EncodePng(
            image.Pixels, image.Width, image.Height, output, output.Length, out long written, error, error.Length);
        if (status != NativeError.Ok)
            throw new InvalidOperationException($"PNG could not be encoded: {NativeError.Read(error)}");
        return output.AsSpan(0, (int)written).ToArray();
    }

    /// <summary>Writes a file that is either complete or absent: a temporary file beside it, flushed, then renamed.</summary>
    /// <param name="path">An existing file is replaced; the folder must exist.</param>
    /// <param name="image">What to write.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, RgbImage image) => AtomicFile.Write(path, Encode(image));
}
