using System.Globalization;

namespace SpotArtifacts.Images.Formats;

/// <summary>Judges a picture's size before memory is taken for it.</summary>
internal static class PixelLimit
{
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="maxPixels">The caller's limit.</param>
    /// <param name="name">For messages.</param>
    /// <param name="bytes">Bytes of a pixel: all of them stand in one array, whose length is limited too.</param>
    /// <exception cref="ImageFormatException">It is too large.</exception>
    internal static void Check(long width, long height, long maxPixels, string name, int bytes = 3)
    {
        long allowed = Math.Min(maxPixels, Array.MaxLength / bytes);
        if (width * height > allowed)
            throw new ImageFormatException(
                name, string.Create(CultureInfo.InvariantCulture, $"{width} x {height} pixels, more than the {allowed} allowed")
                    + (allowed < maxPixels || width * height > Array.MaxLength / bytes ? ""
                        : string.Create(CultureInfo.InvariantCulture,
                            $"; --max-megapixels {(width * height + 999_999) / 1_000_000} lets it pass")));
    }
}
