using System.Numerics.Tensors;

namespace SpotArtifacts.Images.Scanning;

/// <summary>How well a picture fits into a window of another.</summary>
/// <param name="Correlation">Normalised cross-correlation of the grey values, -1 to 1.</param>
/// <param name="Difference">Mean absolute difference of the grey values, 0 to 255.</param>
internal readonly record struct PartialMatch(double Correlation, double Difference);

/// <summary>
/// Looks for one picture inside another: is it a crop of it? First every size and place of the window at half the pictures'
/// resolution; then, if something there comes close, the best of them is refined at the full one. A crop may have been resized,
/// but not distorted: the pictures' proportions leave the window one size to be found.
/// </summary>
internal static class PartialMatching
{
    /// <summary>Shortest side of the window, as a share of the whole's.</summary>
    internal const double LeastSide = 0.5;

    // A picture with less contrast fits anywhere.
    private const double LeastDeviation = 6;

    // Correlation of the coarse search below which no refinement leads to a match.
    private const double WorthRefining = 0.8;

    private const int Side = GreyPicture.Side, Samples = 16, Coarse = Side / 2;

    /// <summary>
    /// The best window of the whole for the part; null where none comes close, or the part has too little contrast to say.
    /// </summary>
    internal static PartialMatch? Find(GreyPicture whole, GreyPicture part)
    {
        Span<float> target = stackalloc float[Samples * Samples];
        new Window(0, 0, Side, Side).Sample(part.Values, Side, Samples, target);
        if (Normalize(target) / Samples < LeastDeviation)
            return null;
        double ratio = part.Aspect / whole.Aspect;
        return FindCoarse(Halve(whole.Values), Halve(part.Values), ratio) is { } window
            ? Refine(whole, part, target, ratio, window) : null;
    }

    private static Window? FindCoarse(byte[] whole, byte[] part, double ratio)
    {
        const int samples = Samples / 2;
        Span<float> target = stackalloc float[samples * samples];
        new Window(0, 0, Coarse, Coarse).Sample(part, Coarse, samples, target);
        Normalize(target);
        (double Score, Window Window) best = (WorthRefining, default);
        for (double height = Tallest(ratio) * Coarse; Math.Min(height, height * ratio) >= LeastSide * Coarse - 1e-6; height--)
            for (double y = 0; y <= Coarse - height + 1e-6; y++)
                for (double x = 0; x <= Coarse - height * ratio + 1e-6; x++)
                {
                    Window window = new(x, y, height * ratio, height);
                    double score = window.Score(whole, Coarse, samples, target);
                    if (score > best.Score)
                        best = (score, window);
                }
        Window found = best.Window;
        return found.Height > 0 ? new Window(2 * found.X, 2 * found.Y, 2 * found.Width, 2 * found.Height) : null;
    }

    private static PartialMatch Refine(
        GreyPicture whole, GreyPicture part, ReadOnlySpan<float> target, double ratio, Window window)
    {
        (double Score, Window Window) best = (window.Score(whole.Values, Side, Samples, target), window);
        for (double step = 1; step >= 0.125; step /= 2)
            for (bool moved = true; moved;)
            {
                moved = false;
                ReadOnlySpan<(double X, double Y, double H)> moves =
                    [(step, 0, 0), (-step, 0, 0), (0, step, 0), (0, -step, 0), (0, 0, step), (0, 0, -step)];
                foreach ((double dx, double dy, double dh) in moves)
                {
                    double height = Math.Min(best.Window.Height + dh, Tallest(ratio) * Side);
                    Window next = new(best.Window.X + dx, best.Window.Y + dy, height * ratio, height);
                    if (!next.LiesInside(Side))
                        continue;
                    double score = next.Score(whole.Values, Side, Samples, target);
                    if (score <= best.Score + 1e-9)
                        continue;
                    best = (score, next);
                    moved = true;
                }
            }
        Span<float> seen = stackalloc float[Samples * Samples], own = stackalloc float[Samples * Samples];
        best.Window.Sample(whole.Values, Side, Samples, seen);
        new Window(0, 0, Side, Side).Sample(part.Values, Side, Samples, own);
        TensorPrimitives.Subtract(seen, own, seen);
        return new PartialMatch(best.Score, TensorPrimitives.SumOfMagnitudes<float>(seen) / seen.Length);
    }

    // Of the whole's height: the window may not be wider than the whole.
    private static double Tallest(double ratio) => Math.Min(1, 1 / ratio);

    private static byte[] Halve(byte[] values)
    {
        byte[] half = new byte[Coarse * Coarse];
        for (int y = 0; y < Coarse; y++)
            for (int x = 0; x < Coarse; x++)
            {
                int p = 2 * y * Side + 2 * x;
                half[y * Coarse + x] = (byte)((values[p] + values[p + 1] + values[p + Side] + values[p + Side + 1] + 2) / 4);
            }
        return half;
    }

    /// <summary>To mean 0 and length 1, where anything varies.</summary>
    /// <returns>The length before.</returns>
    private static float Normalize(Span<float> values)
    {
        TensorPrimitives.Subtract(values, TensorPrimitives.Sum<float>(values) / values.Length, values);
        float length = TensorPrimitives.Norm<float>(values);
        if (length > 1e-3f)
            TensorPrimitives.Divide(values, length, values);
        return length;
    }

    /// <summary>A part of a square picture, in its pixels.</summary>
    private readonly record struct Window(double X, double Y, double Width, double Height)
    {
        internal bool LiesInside(int side) => X >= 0 && Y >= 0 && X + Width <= side + 1e-6 && Y + Height <= side + 1e-6;

        /// <summary>Correlation with normalised samples of another picture.</summary>
        internal double Score(byte[] values, int side, int samples, ReadOnlySpan<float> target)
        {
            Span<float> own = stackalloc float[samples * samples];
            Sample(values, side, samples, own);
            return Normalize(own) > 1e-3f ? TensorPrimitives.Dot(own, target) : -1;
        }

        /// <summary>Samples x samples values, bilinear between the centres of pixels.</summary>
        internal void Sample(byte[] values, int side, int samples, Span<float> result)
        {
            Span<int> left = stackalloc int[samples];
            Span<float> right = stackalloc float[samples];
            for (int i = 0; i < samples; i++)
            {
                double at = Math.Clamp(X + (i + 0.5) * Width / samples - 0.5, 0, side - 1.001);
                left[i] = (int)at;
                right[i] = (float)(at - left[i]);
            }
            for (int j = 0; j < samples; j++)
            {
                double at = Math.Clamp(Y + (j + 0.5) * Height / samples - 0.5, 0, side - 1.001);
                int row = (int)at * side;
                float down = (float)(at - (int)at);
                for (int i = 0; i < samples; i++)
                {
                    int p = row + left[i];
                    float upper = values[p] + right[i] * (values[p + 1] - values[p]),
                        lower = values[p + side] + right[i] * (values[p + side + 1] - values[p + side]);
                    result[j * samples + i] = upper + down * (lower - upper);
                }
            }
        }
    }
}
