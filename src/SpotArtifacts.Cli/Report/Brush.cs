using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Report;

/// <summary>Draws smooth lines and dots into a picture.</summary>
internal sealed class Brush(RgbImage image)
{
    /// <summary>A straight line with round ends; of no length it is a dot.</summary>
    /// <param name="x0">First end, in pixels; pixel (0, 0) has its centre at (0.5, 0.5).</param>
    /// <param name="y0">First end.</param>
    /// <param name="x1">Second end.</param>
    /// <param name="y1">Second end.</param>
    /// <param name="width">Thickness in pixels.</param>
    /// <param name="color">Its colour.</param>
    internal void Line(double x0, double y0, double x1, double y1, double width, (byte R, byte G, byte B) color)
    {
        double half = width / 2, reach = half + 1;
        int left = Math.Max(0, (int)(Math.Min(x0, x1) - reach)), right = Math.Min(image.Width - 1, (int)(Math.Max(x0, x1) + reach));
        int top = Math.Max(0, (int)(Math.Min(y0, y1) - reach)), bottom = Math.Min(image.Height - 1, (int)(Math.Max(y0, y1) + reach));
        for (int y = top; y <= bottom; y++)
            for (int x = left; x <= right; x++)
                Blend(x, y, color, Math.Clamp(half + 0.5 - Distance(x + 0.5, y + 0.5, x0, y0, x1, y1), 0, 1));
    }

    private static double Distance(double x, double y, double x0, double y0, double x1, double y1)
    {
        double dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
        double along = length == 0 ? 0 : Math.Clamp(((x - x0) * dx + (y - y0) * dy) / length, 0, 1);
        return Math.Sqrt(Math.Pow(x - x0 - along * dx, 2) + Math.Pow(y - y0 - along * dy, 2));
    }

    private void Blend(int x, int y, (byte R, byte G, byte B) color, double share)
    {
        Span<byte> pixel = image.Pixels.AsSpan(3 * (y * image.Width + x), 3);
        (pixel[0], pixel[1], pixel[2]) = (Mix(pixel[0], color.R), Mix(pixel[1], color.G), Mix(pixel[2], color.B));
        byte Mix(byte below, byte above) => (byte)(below + share * (above - below) + 0.5);
    }
}
