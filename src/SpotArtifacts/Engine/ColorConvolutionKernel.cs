using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SpotArtifacts.Engine;

/// <summary>
/// A 3x3 convolution (stride 1, zeros beyond the border) to the three channels of a picture, and its gradients, in
/// 512-bit vectors of input channels. libtorch's computes sixteen outputs where there are three.
/// </summary>
/// <remarks>Weights are (3 outputs, 3 rows, 3 columns, channels), as a channels-last weight lies in memory.</remarks>
internal static unsafe class ColorConvolutionKernel
{
    /// <summary>Output channels.</summary>
    public const int Outputs = 3;

    /// <summary>Input channels come in multiples of this.</summary>
    public const int Lanes = 16;

    /// <summary>A row has a multiple of as many pixels: they are computed together.</summary>
    public const int Together = 4;

    private const int Taps = 3;

    /// <summary>One row of the result.</summary>
    /// <param name="image">(rows, columns, channels).</param>
    /// <param name="row">Which row.</param>
    /// <param name="map">The sizes of the image.</param>
    /// <param name="weights">(3, 3, 3, channels).</param>
    /// <param name="bias">(3).</param>
    /// <param name="zeros">As many zeros as there are channels.</param>
    /// <param name="y">(columns, 3).</param>
    public static void Forward(float* image, int row, MapSize map, float* weights, float* bias, float* zeros, float* y)
    {
        // Rows of the window that are inside.
        int first = row == 0 ? 1 : 0, last = row == map.Rows - 1 ? Taps - 1 : Taps;
        float* x = image + ((long)(row + first - 1) * map.Row);
        float* tap = weights + (first * Taps * map.Channels);
        for (int column = 0; column < map.Columns; column += Together, y += Together * Outputs)
        {
            float* here = x + (column * map.Channels);
            bool isFirst = column == 0, isLast = column + Together == map.Columns;
            float* left = isFirst ? zeros : here - map.Channels, right = isLast ? zeros : here + (Together * map.Channels);
            for (int i = 0; i < Together * Outputs; i++)
                y[i] = bias[i % Outputs];
            AddPixels(here, map, last - first, left, isFirst ? 0 : map.Row, right, isLast ? 0 : map.Row, tap, y);
        }
    }

    // Four pixels, twelve sums that do not wait for each other; rows of the window one after the other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPixels(float* here, MapSize map, int rows, float* left, int leftStep, float* right, int rightStep,
        float* weights, float* y)
    {
        int channels = map.Channels;
        Vector512<float> a0 = default, a1 = default, a2 = default, b0 = default, b1 = default, b2 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, d0 = default, d1 = default, d2 = default;
        int output = Taps * Taps * channels;
        for (int r = 0; r < rows; r++, here += map.Row, left += leftStep, right += rightStep, weights += Taps * channels)
            for (int at = 0; at < channels; at += Lanes)
            {
                float* x = here + at;
                Vector512<float> x0 = Vector512.Load(left + at), x1 = Vector512.Load(x), x2 = Vector512.Load(x + channels);
                Vector512<float> x3 = Vector512.Load(x + (2 * channels)), x4 = Vector512.Load(x + (3 * channels));
                Vector512<float> x5 = Vector512.Load(right + at);
                float* w = weights + at;
                Vector512<float> w0 = Vector512.Load(w), w1 = Vector512.Load(w + output), w2 = Vector512.Load(w + (2 * output));
                a0 = Vector512.FusedMultiplyAdd(x0, w0, a0);
                b0 = Vector512.FusedMultiplyAdd(x1, w0, b0);
                c0 = Vector512.FusedMultiplyAdd(x2, w0, c0);
                d0 = Vector512.FusedMultiplyAdd(x3, w0, d0);
                a1 = Vector512.FusedMultiplyAdd(x0, w1, a1);
                b1 = Vector512.FusedMultiplyAdd(x1, w1, b1);
                c1 = Vector512.FusedMultiplyAdd(x2, w1, c1);
                d1 = Vector512.FusedMultiplyAdd(x3, w1, d1);
                a2 = Vector512.FusedMultiplyAdd(x0, w2, a2);
                b2 = Vector512.FusedMultiplyAdd(x1, w2, b2);
                c2 = Vector512.FusedMultiplyAdd(x2, w2, c2);
                d2 = Vector512.FusedMultiplyAdd(x3, w2, d2);
                w += channels;
                w0 = Vector512.Load(w);
                w1 = Vector512.Load(w + output);
                w2 = Vector512.Load(w + (2 * output));
                a0 = Vector512.FusedMultiplyAdd(x1, w0, a0);
                b0 = Vector512.FusedMultiplyAdd(x2, w0, b0);
                c0 = Vector512.FusedMultiplyAdd(x3, w0, c0);
                d0 = Vector512.FusedMultiplyAdd(x4, w0, d0);
                a1 = Vector512.FusedMultiplyAdd(x1, w1, a1);
                b1 = Vector512.FusedMultiplyAdd(x2, w1, b1);
                c1 = Vector512.FusedMultiplyAdd(x3, w1, c1);
                d1 = Vector512.FusedMultiplyAdd(x4, w1, d1);
                a2 = Vector512.FusedMultiplyAdd(x1, w2, a2);
                b2 = Vector512.FusedMultiplyAdd(x2, w2, b2);
                c2 = Vector512.FusedMultiplyAdd(x3, w2, c2);
                d2 = Vector512.FusedMultiplyAdd(x4, w2, d2);
                w += channels;
                w0 = Vector512.Load(w);
                w1 = Vector512.Load(w + output);
                w2 = Vector512.Load(w + (2 * output));
                a0 = Vector512.FusedMultiplyAdd(x2, w0, a0);
                b0 = Vector512.FusedMultiplyAdd(x3, w0, b0);
                c0 = Vector512.FusedMultiplyAdd(x4, w0, c0);
                d0 = Vector512.FusedMultiplyAdd(x5, w0, d0);
                a1 = Vector512.FusedMultiplyAdd(x2, w1, a1);
                b1 = Vector512.FusedMultiplyAdd(x3, w1, b1);
                c1 = Vector512.FusedMultiplyAdd(x4, w1, c1);
                d1 = Vector512.FusedMultiplyAdd(x5, w1, d1);
                a2 = Vector512.FusedMultiplyAdd(x2, w2, a2);
                b2 = Vector512.FusedMultiplyAdd(x3, w2, b2);
                c2 = Vector512.FusedMultiplyAdd(x4, w2, c2);
                d2 = Vector512.FusedMultiplyAdd(x5, w2, d2);
            }
        y[0] += Vector512.Sum(a0);
        y[1] += Vector512.Sum(a1);
        y[2] += Vector512.Sum(a2);
        y[3] += Vector512.Sum(b0);
        y[4] += Vector512.Sum(b1);
        y[5] += Vector512.Sum(b2);
        y[6] += Vector512.Sum(c0);
        y[7] += Vector512.Sum(c1);
        y[8] += Vector512.Sum(c2);
        y[9] += Vector512.Sum(d0);
        y[10] += Vector512.Sum(d1);
        y[11] += Vector512.Sum(d2);
    }

    /// <summary>One row of the gradient at the input.</summary>
    /// <param name="gradient">At the result: (rows, columns, 3).</param>
    /// <param name="row">Which row.</param>
    /// <param name="map">The sizes of the image.</param>
    /// <param name="weights">(3, 3, 3, channels).</param>
    /// <param name="padded">Room for three rows of the gradient with a column more on each side.</param>
    /// <param name="dx">(columns, channels).</param>
    public static void InputGradient(float* gradient, int row, MapSize map, float* weights, float* padded, float* dx)
    {
        int length = map.Columns * Outputs, step = length + (2 * Outputs);
        for (int r = 0; r < Taps; r++)
        {
            Span<float> there = new(padded + (r * step), step);
            int from = row + 1 - r; // row r of the weights leads there
            there.Clear();
            if (from >= 0 && from < map.Rows)
                new Span<float>(gradient + ((long)from * length), length).CopyTo(there[Outputs..]);
        }
        for (int column = 0; column < map.Columns; column += Together)
            for (int at = 0; at < map.Channels; at += Lanes)
                PixelGradients(padded + (column * Outputs), step, map.Channels, weights + at,
                    dx + (column * map.Channels) + at);
    }

    // Sixteen channels of four pixels; column c of the weights meets the gradient one pixel to the right for c = 0, to the left for
    // c = 2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PixelGradients(float* dy, int step, int channels, float* weights, float* dx)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, b0 = default, b1 = default, b2 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, d0 = default, d1 = default, d2 = default;
        int output = Taps * Taps * channels;
        for (int r = 0; r < Taps; r++, dy += step)
        {
            float* d = dy + (2 * Outputs);
            for (int c = 0; c < Taps; c++, weights += channels, d -= Outputs)
            {
                Vector512<float> w0 = Vector512.Load(weights), w1 = Vector512.Load(weights + output);
                Vector512<float> w2 = Vector512.Load(weights + (2 * output));
                a0 = Vector512.FusedMultiplyAdd(Vector512.Create(d[0]), w0, a0);
                b0 = Vector512.FusedMultiplyAdd(Vector512.Create(d[3]), w0, b0);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(d[6]), w0, c0);
                d0 = Vector512.FusedMultiplyAdd(Vector512.Create(d[9]), w0, d0);
                a1 = Vector512.FusedMultiplyAdd(Vector512.Create(d[1]), w1, a1);
                b1 = Vector512.FusedMultiplyAdd(Vector512.Create(d[4]), w1, b1);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(d[7]), w1, c1);
                d1 = Vector512.FusedMultiplyAdd(Vector512.Create(d[10]), w1, d1);
                a2 = Vector512.FusedMultiplyAdd(Vector512.Create(d[2]), w2, a2);
                b2 = Vector512.FusedMultiplyAdd(Vector512.Create(d[5]), w2, b2);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(d[8]), w2, c2);
                d2 = Vector512.FusedMultiplyAdd(Vector512.Create(d[11]), w2, d2);
            }
        }
        Vector512.Store(a0 + a1 + a2, dx);
        Vector512.Store(b0 + b1 + b2, dx + channels);
        Vector512.Store(c0 + c1 + c2, dx + (2 * channels));
        Vector512.Store(d0 + d1 + d2, dx + (3 * channels));
    }

    /// <summary>Adds one image's gradient at the weights and at the bias.</summary>
    /// <param name="image">(rows, columns, channels).</param>
    /// <param name="gradient">At the result: (rows, columns, 3).</param>
    /// <param name="map">The sizes of the image.</param>
    /// <param name="weights">(3, 3, 3, channels) and, behind it, (3) of the bias.</param>
    public static void AddWeightGradient(float* image, float* gradient, MapSize map, float* weights)
    {
        for (int r = 0; r < Taps; r++)
            for (int at = 0; at < map.Channels; at += Lanes)
            {
                // Rows of the result whose row r of the window is inside.
                int first = Math.Max(0, 1 - r), last = Math.Min(map.Rows, map.Rows + 1 - r);
                AddRows(image + ((long)(first + r - 1) * map.Row) + at, gradient + (first * map.Columns * Outputs), last - first,
                    map, weights + (r * Taps * map.Channels) + at);
            }
        float* bias = weights + (Outputs * Taps * Taps * map.Channels);
        for (int i = 0; i < map.Pixels * Outputs; i += Outputs)
        {
            bias[0] += gradient[i];
            bias[1] += gradient[i + 1];
            bias[2] += gradient[i + 2];
        }
    }

    // One row of the window, sixteen channels: nine sums over all pixels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(float* x, float* dy, int rows, MapSize map, float* weights)
    {
        Vector512<float> l0 = default, m0 = default, r0 = default, l1 = default, m1 = default, r1 = default;
        Vector512<float> l2 = default, m2 = default, r2 = default;
        int channels = map.Channels, columns = map.Columns;
        for (int row = 0; row < rows; row++)
        {
            Vector512<float> left = default, here = Vector512.Load(x);
            for (int column = 1; column <= columns; column++, dy += Outputs)
            {
                x += channels;
                Vector512<float> right = column < columns ? Vector512.Load(x) : default;
                Vector512<float> d0 = Vector512.Create(dy[0]), d1 = Vector512.Create(dy[1]), d2 = Vector512.Create(dy[2]);
                l0 = Vector512.FusedMultiplyAdd(d0, left, l0);
                m0 = Vector512.FusedMultiplyAdd(d0, here, m0);
                r0 = Vector512.FusedMultiplyAdd(d0, right, r0);
                l1 = Vector512.FusedMultiplyAdd(d1, left, l1);
                m1 = Vector512.FusedMultiplyAdd(d1, here, m1);
                r1 = Vector512.FusedMultiplyAdd(d1, right, r1);
                l2 = Vector512.FusedMultiplyAdd(d2, left, l2);
                m2 = Vector512.FusedMultiplyAdd(d2, here, m2);
                r2 = Vector512.FusedMultiplyAdd(d2, right, r2);
                left = here;
                here = right;
            }
        }
        float* second = weights + (Taps * Taps * channels), third = second + (Taps * Taps * channels);
        Vector512.Store(Vector512.Load(weights) + l0, weights);
        Vector512.Store(Vector512.Load(weights + channels) + m0, weights + channels);
        Vector512.Store(Vector512.Load(weights + (2 * channels)) + r0, weights + (2 * channels));
        Vector512.Store(Vector512.Load(second) + l1, second);
        Vector512.Store(Vector512.Load(second + channels) + m1, second + channels);
        Vector512.Store(Vector512.Load(second + (2 * channels)) + r1, second + (2 * channels));
        Vector512.Store(Vector512.Load(third) + l2, third);
        Vector512.Store(Vector512.Load(third + channels) + m2, third + channels);
        Vector512.Store(Vector512.Load(third + (2 * channels)) + r2, third + (2 * channels));
    }
}
