using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images;

/// <summary>Pixels to PNG: 8-bit RGB, not interlaced, lossless.</summary>
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
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, RgbImage image) => AtomicFile.Write(path, Encode(image));
}
