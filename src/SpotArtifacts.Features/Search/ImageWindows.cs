using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Search;

/// <summary>An image and parts of it, one of which lies near whatever was cropped from it.</summary>
internal static class ImageWindows
{
    /// <summary>Side of the parts, as a share of the image's.</summary>
    private const double Share = 0.75;

    // Left and upper edge, in shares of what is left over.
    private static readonly (double X, double Y)[] s_places = [(0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5)];

    /// <summary>The image, its four corners and its centre.</summary>
    internal static IReadOnlyList<RgbImage> Of(RgbImage image)
    {
        int width = Math.Max(1, (int)Math.Round(Share * image.Width)),
            height = Math.Max(1, (int)Math.Round(Share * image.Height));
        return
        [
            image,
            .. s_places.Select(place =>
                Crop(image, (int)(place.X * (image.Width - width)), (int)(place.Y * (image.Height - height)), width, height)),
        ];
    }

    private static RgbImage Crop(RgbImage image, int left, int top, int width, int height)
    {
        RgbImage part = new(width, height);
        for (int y = 0; y < height; y++)
            image.Pixels.AsSpan(3 * ((top + y) * image.Width + left), 3 * width).CopyTo(part.Pixels.AsSpan(3 * y * width));
        return part;
    }
}
