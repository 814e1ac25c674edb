using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images;

/// <summary>A picture of palette indices: rows top to bottom, one byte a pixel, no padding.</summary>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
/// <param name="Indices">Height * Width indices, row-major.</param>
public sealed record IndexedImage(int Width, int Height, byte[] Indices)
{
    /// <summary>Reads the indices of a palette PNG, or the values of an 8-bit grey one, as they stand in the file.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">What the user knows it by, for messages.</param>
    /// <param name="maxPixels">Largest width * height; checked before memory for the pixels is taken.</param>
    /// <exception cref="ImageFormatException">It is damaged, too large, no PNG, or of a colour type without indices.</exception>
    public static IndexedImage DecodePng(ReadOnlySpan<byte> encoded, string name, long maxPixels = ImageDecoder.DefaultMaxPixels) =>
        ImageDecoder.Recognize(encoded) == ImageFormat.Png ? PngDecoder.DecodeIndices(encoded, name, maxPixels)
            : throw new ImageFormatException(name, encoded.IsEmpty ? "the file is empty" : "no PNG by its first bytes");
}
