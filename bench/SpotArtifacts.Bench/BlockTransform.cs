using SpotArtifacts.Images;

namespace SpotArtifacts.Bench;

/// <summary>
/// What JPEG does to pixels: cosine transform of 8 x 8 blocks, rounding to multiples of a table, and back; on R, G and B each.
/// </summary>
internal static class BlockTransform
{
    private const int Side = 8;

    /// <summary>The luminance table of the JPEG standard (ITU-T T.81, annex K, table K.1).</summary>
    private static readonly int[] s_table =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87,
        80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,
        112, 100, 103, 99,
    ];

    private static readonly double[,] s_cosines = Cosines();

    /// <summary>Quantises all whole blocks in place; quality as the IJG's encoder counts it, 1 to 100.</summary>
    internal static void Quantize(RgbImage image, int quality)
    {
        int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        double[] steps = [.. s_table.Select(step => Math.Clamp((step * percent + 50) / 100, 1, 255))];
        for (int top = 0; top + Side <= image.Height; top += Side)
            for (int left = 0; left + Side <= image.Width; left += Side)
                for (int channel = 0; channel < 3; channel++)
                    QuantizeBlock(image, left, top, channel, steps);
    }

    private static void QuantizeBlock(RgbImage image, int left, int top, int channel, double[] steps)
    {
        double[,] block = new double[Side, Side];
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
                block[y, x] = image.Pixels[3 * ((top + y) * image.Width + left + x) + channel] - 128;
        double[,] frequencies = Product(Product(s_cosines, block, false), s_cosines, true);
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
                frequencies[y, x] = Math.Round(frequencies[y, x] / steps[y * Side + x]) * steps[y * Side + x];
        double[,] back = Product(Product(Transposed(s_cosines), frequencies, false), Transposed(s_cosines), true);
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < Side; x++)
                image.Pixels[3 * ((top + y) * image.Width + left + x) + channel] = (byte)Math.Clamp(back[y, x] + 128.5, 0, 255);
    }

    private static double[,] Cosines()
    {
        double[,] c = new double[Side, Side];
        for (int k = 0; k < Side; k++)
            for (int n = 0; n < Side; n++)
                c[k, n] = Math.Sqrt((k == 0 ? 1.0 : 2.0) / Side) * Math.Cos((2 * n + 1) * k * Math.PI / (2 * Side));
        return c;
    }

    private static double[,] Product(double[,] a, double[,] b, bool transposeSecond)
    {
        double[,] p = new double[Side, Side];
        for (int i = 0; i < Side; i++)
            for (int j = 0; j < Side; j++)
                for (int k = 0; k < Side; k++)
                    p[i, j] += a[i, k] * (transposeSecond ? b[j, k] : b[k, j]);
        return p;
    }

    private static double[,] Transposed(double[,] a)
    {
        double[,] t = new double[Side, Side];
        for (int i = 0; i < Side; i++)
            for (int j = 0; j < Side; j++)
                t[i, j] = a[j, i];
        return t;
    }
}
