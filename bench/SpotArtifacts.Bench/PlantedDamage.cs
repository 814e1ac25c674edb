using SpotArtifacts.Images;

namespace SpotArtifacts.Bench;

/// <summary>An image with damage in a known place.</summary>
/// <param name="Clean">The image without it.</param>
/// <param name="Damaged">The image with it.</param>
/// <param name="Where">For each pixel whether it lies in the damaged part, row-major.</param>
internal sealed record PlantedCase(RgbImage Clean, RgbImage Damaged, bool[] Where);

/// <summary>Damage of the kinds that photographs have: a rectangle of 15 to 40 % of the image, placed at random.</summary>
internal static class PlantedDamage
{
    /// <summary>Another image's pixels in the rectangle.</summary>
    internal static PlantedCase Paste(RgbImage image, RgbImage other, ref SeededRandom random) =>
        Plant(image, ref random, damaged => other.Pixels.CopyTo(damaged.Pixels.AsSpan()));

    /// <summary>The rectangle blurred: a Gaussian of 1/16 of the image's side.</summary>
    internal static PlantedCase Blur(RgbImage image, ref SeededRandom random) =>
        Plant(image, ref random, damaged => GaussianBlur(damaged, image.Width / 16.0));

    /// <summary>The rectangle's blocks of 8 x 8 pixels quantised as JPEG does at quality 10.</summary>
    internal static PlantedCase JpegBlocks(RgbImage image, ref SeededRandom random) =>
        Plant(image, ref random, damaged => BlockTransform.Quantize(damaged, quality: 10));

    /// <summary>A rectangle of 15 to 40 % of the area and aspect 1/2 to 2, in whole pixels.</summary>
    internal static (int Left, int Top, int Width, int Height) Rectangle(int width, int height, ref SeededRandom random)
    {
        double area = random.NextDouble(0.15, 0.4) * width * height,
        aspect = Math.Exp(random.NextDouble(-Math.Log(2), Math.Log(2)));
        int w = Math.Clamp((int)Math.Round(Math.Sqrt(area * aspect)), 1, width),
        h = Math.Clamp((int)Math.Round(Math.Sqrt(area / aspect)), 1, height);
        return (random.NextInt(width - w + 1), random.NextInt(height - h + 1), w, h);
    }

    private static PlantedCase Plant(RgbImage image, ref SeededRandom random, Action<RgbImage> change)
    {
        (int left, int top, int width, int height) = Rectangle(image.Width, image.Height, ref random);
        var changed = new RgbImage(image.Width, image.Height, [.. image.Pixels]);
        change(changed);
        var damaged = new RgbImage(image.Width, image.Height, [.. image.Pixels]);
        bool[] where = new bool[image.Width * image.Height];
        for (int y = top; y < top + height; y++)
        {
            int at = y * image.Width + left;
            changed.Pixels.AsSpan(3 * at, 3 * width).CopyTo(damaged.Pixels.AsSpan(3 * at));
            where.AsSpan(at, width).Fill(true);
        }
        return new PlantedCase(image, damaged, where);
    }

    private static void GaussianBlur(RgbImage image, double sigma)
    {
        int radius = (int)Math.Ceiling(3 * sigma);
        double[] kernel = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(d => Math.Exp(-d * d / (2 * sigma * sigma)))];
        Convolve(image, kernel, radius, 1, 0);
        Convolve(image, kernel, radius, 0, 1);
    }

    private static void Convolve(RgbImage image, double[] kernel, int radius, int dx, int dy)
    {
        byte[] source = [.. image.Pixels];
        double total = kernel.Sum();
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++)
                for (int channel = 0; channel < 3; channel++)
                {
                    double sum = 0;
                    for (int k = -radius; k <= radius; k++)
                        sum +=
                            kernel[k + radius] * source[3 * (Math.Clamp(y + k * dy, 0, image.Height - 1) * image.Width
                            + Math.Clamp(x + k * dx, 0, image.Width - 1)) + channel];
                    image.Pixels[3 * (y * image.Width + x) + channel] = (byte)(sum / total + 0.5);
                }
    }
}
