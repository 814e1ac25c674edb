using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images;

/// <summary>
/// Pixels to PNG: 8-bit RGB, not interlaced, lossless. And what decoding to colours loses: the palette indices of one.
/// </summary>
public static class PngFile
{
    /// <summary>Encodes into memory.</summary>
    /// <param name="image">Sides up to 1,000,000 pixels.</param>
    /// <exception cref="ImageCodecException">libvips could not be loaded.</exception>
    public static byte[] Encode(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return VipsEncoder.Png(image);
    }

    /// <summary>Writes a file that is either complete or absent: a temporary file beside it, flushed, then renamed.</summary>
    /// <param name="path">An existing file is replaced; the folder must exist.</param>
    /// <param name="image">What to write.</param>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(string path, RgbImage image) => AtomicFile.Write(path, Encode(image));

    /// <summary>Reads the indices of a palette PNG, or the values of an 8-bit grey one, as they stand in the file.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">What the user knows it by, for messages.</param>
    /// <param name="maxPixels">Largest width * height; checked before memory for the pixels is taken.</param>
    /// <exception cref="ImageFormatException">It is damaged, too large, no PNG, or of a colour type without indices.</exception>
    internal static IndexedImage DecodeIndices(
        ReadOnlySpan<byte> encoded, string name, long maxPixels = ImageDecoder.DefaultMaxPixels) =>
        ImageDecoder.Recognize(encoded) == ImageFormat.Png ? PngDecoder.DecodeIndices(encoded, name, maxPixels)
            : throw new ImageFormatException(name, encoded.IsEmpty ? "the file is empty" : "no PNG by its first bytes");
}
