using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Support;

/// <summary>
/// Pictures with content at many scales, as photographs have, none finer than a small copy keeps: sums of waves in drawn
/// directions.
/// </summary>
internal static class PartialMatchPictures
{
    internal static RgbImage Smooth(int seed, int width, int height)
    {
        RgbImage image = new(width, height);
        SeededRandom random = new((ulong)seed);
        (double X, double Y, double Phase, double Size, double[] Color)[] waves = [.. Enumerable.Range(0, 10).Select(i =>
        {
            double frequency = 0.5 * Math.Pow(1.3, i), angle = random.NextDouble(0, 2 * Math.PI);
            return (
                frequency * Math.Cos(angle), frequency * Math.Sin(angle), random.NextDouble(0, 2 * Math.PI),
                40 / Math.Sqrt(1 + i), (double[])[random.NextDouble(), random.NextDouble(), random.NextDouble()]);
        })];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++)
                    image.Pixels[3 * (y * width + x) + c] =
                        (byte)Math.Clamp(
                            128 + waves.Sum(
                                w => w.Color[c] * w.Size * Math.Sin(
                                    2 * Math.PI * (w.X * x / width + w.Y * y / height) + w.Phase)), 0, 255);
        return image;
    }

    internal static RgbImage Crop(RgbImage image, int left, int top, int width, int height)
    {
        RgbImage part = new(width, height);
        for (int y = 0; y < height; y++)
            image.Pixels.AsSpan(3 * ((top + y) * image.Width + left), 3 * width).CopyTo(part.Pixels.AsSpan(3 * y * width));
        return part;
    }
}
