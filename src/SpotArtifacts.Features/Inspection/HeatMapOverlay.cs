using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Inspection;

/// <summary>
/// An image as it is, and beside it in grey with its damage map in red: the redder, the likelier it was repaired there. The
/// scale is the same for every image (the bar below: 0 to 1), so that pictures can be compared.
/// </summary>
public static class HeatMapOverlay
{
    private const int Longest = 512, Shortest = 192, Gap = 4, TextHeight = 13, BarWidth = 60;

    // At 1 the picture still shows through; with its contrast halved, light and dark parts take the colour alike.
    private const float Opacity = 0.85f, Contrast = 0.5f, Darkest = 70;

    /// <summary>How much of an image's size an overlay needs.</summary>
    internal static DecodeTarget Target => new(Longest, areaRootShare: 1, sideShare: 1);

    /// <summary>Draws image and overlay side by side; without a map the image alone.</summary>
    /// <param name="image">The image, any size: shown with its longer side at 192 to 512 pixels.</param>
    /// <param name="found">What was found in it.</param>
    public static RgbImage Draw(RgbImage image, ImageInspection found)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(found);
        RgbImage plain = Fit(image);
        int width = found.Map is null ? plain.Width : 2 * plain.Width + Gap;
        RgbImage sheet = new(width, plain.Height + TextHeight);
        sheet.Pixels.AsSpan().Fill(24);
        Place(plain, sheet, 0);
        if (found.Map is { } map)
            Place(Blend(plain, map), sheet, plain.Width + Gap);
        string text = found.Map is null
            ? string.Create(CultureInfo.InvariantCulture, $"repaired {found.Repaired:0.00}")
            : string.Create(CultureInfo.InvariantCulture,
                $"repaired {found.Repaired:0.00}  map {found.Map.Values.Min():0.00} to {found.Map.Values.Max():0.00}");
        BitmapFont.Draw(sheet, text, 2, plain.Height + 3, (240, 240, 240));
        if (found.Map is not null && sheet.Width >= 3 * BarWidth)
            DrawBar(sheet);
        return sheet;
    }

    /// <summary>The image in grey, its map over it in red.</summary>
    internal static RgbImage Blend(RgbImage image, DamageMap map)
    {
        RgbImage result = new(image.Width, image.Height);
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++)
            {
                Span<byte> from = Row(image, y).Slice(3 * x, 3);
                float grey = Darkest + Contrast * (0.299f * from[0] + 0.587f * from[1] + 0.114f * from[2]);
                Redden(grey, map.At((x + 0.5) / image.Width, (y + 0.5) / image.Height), Row(result, y)[(3 * x)..]);
            }
        return result;
    }

    // The scale: what 0, at the left, to 1 look like on middle grey.
    private static void DrawBar(RgbImage sheet)
    {
        int left = sheet.Width - BarWidth - 2;
        for (int y = sheet.Height - TextHeight + 2; y < sheet.Height - 2; y++)
            for (int x = 0; x < BarWidth; x++)
                Redden(128, (x + 0.5f) / BarWidth, Row(sheet, y)[(3 * (left + x))..]);
    }

    private static void Redden(float grey, float heat, Span<byte> pixel)
    {
        float alpha = Opacity * heat;
        pixel[0] = Mix(grey, 255, alpha);
        pixel[1] = pixel[2] = Mix(grey, 0, alpha);
    }

    private static byte Mix(float from, float to, float alpha) => (byte)Math.Clamp(from + (to - from) * alpha + 0.5f, 0, 255);

    /// <summary>The image with its longer side at 192 to 512 pixels.</summary>
    /// <remarks>Small ones by whole pixels, so that what the network saw stays visible; large ones by the resizer.</remarks>
    internal static RgbImage Fit(RgbImage image)
    {
        int longer = Math.Max(image.Width, image.Height);
        if (longer <= Longest)
            return Enlarge(image, Math.Max(1, Shortest / longer));
        RgbImage square = new(longer, longer);
        for (int y = 0; y < image.Height; y++)
            Row(image, y).CopyTo(Row(square, y));
        RgbImage small = ThreadResizer.Current.Resize(
            square, new SourceBox(0, 0, longer, longer), Longest, ResizeFilter.Bilinear);
        int width = Math.Max(1, image.Width * Longest / longer), height = Math.Max(1, image.Height * Longest / longer);
        RgbImage cut = new(width, height);
        for (int y = 0; y < height; y++)
            Row(small, y)[..(3 * width)].CopyTo(Row(cut, y));
        return cut;
    }

    private static RgbImage Enlarge(RgbImage image, int scale)
    {
        if (scale == 1)
            return image;
        RgbImage result = new(image.Width * scale, image.Height * scale);
        for (int y = 0; y < result.Height; y++)
            for (int x = 0; x < result.Width; x++)
                Row(image, y / scale).Slice(3 * (x / scale), 3).CopyTo(Row(result, y)[(3 * x)..]);
        return result;
    }

    private static void Place(RgbImage tile, RgbImage sheet, int left)
    {
        for (int y = 0; y < tile.Height; y++)
            Row(tile, y).CopyTo(Row(sheet, y)[(3 * left)..]);
    }

    private static Span<byte> Row(RgbImage image, int y) => image.Pixels.AsSpan(3 * y * image.Width, 3 * image.Width);
}
