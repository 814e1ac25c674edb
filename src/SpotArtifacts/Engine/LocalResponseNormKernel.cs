using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpotArtifacts.Engine;

/// <summary>Constants of a local response normalisation with the exponent 0.75.</summary>
/// <param name="Channels">Channels of each position.</param>
/// <param name="Half">Channels on each side of the window's centre.</param>
/// <param name="Alpha">Factor of the sum of squares.</param>
/// <param name="K">Added to the sum.</param>
internal readonly record struct LocalResponseRows(int Channels, int Half, float Alpha, float K)
{
    /// <summary>The only exponent the kernels know: s^-0.75 = 1 / (sqrt(s) * sqrt(sqrt(s))) needs no pow().</summary>
    public const double Exponent = 0.75;

    /// <summary>Channels of a row with zeros for the windows at both ends.</summary>
    public int Padded => Channels + 2 * Half;

    /// <summary>Factor of the gradient's second part.</summary>
    public float Factor => (float)(2 * Exponent * Alpha);
}

/// <summary>
/// Local response normalisation over the channels of each position, forward and backward in one pass over memory each:
/// y = x * s^-0.75, s = k + alpha * (sum of squares over the window);
/// dx = dy * s^-0.75 - 2 * alpha * 0.75 * x * (sum over the window of dy * x * s^-1.75).
/// Spans hold whole rows, the channels of one position after the other.
/// </summary>
/// <remarks>
/// Rows are done a block at a time: first the terms of a block's sums go into a buffer, with zeros at both ends of each row, then
/// the sums are taken from it. A row at a time would read what it has just written at another alignment, which stalls.
/// The last vector of a row overlaps the one before where the channels are no multiple of its length: it writes the same again.
/// </remarks>
internal static unsafe class LocalResponseNormKernel
{
    /// <summary>Most channels of a row, zeros included: the buffers are on the stack.</summary>
    public const int LongestRow = 8192;

    private const int BlockLength = 2048;

    /// <summary>y from x.</summary>
    public static void Forward(ReadOnlySpan<float> x, Span<float> y, LocalResponseRows rows)
    {
        if (rows.Channels < Vector<float>.Count)
        {
            ForwardScalar(x, y, rows);
            return;
        }
        int inBlock = Math.Max(1, BlockLength / rows.Padded), length = inBlock * rows.Padded, count = x.Length / rows.Channels;
        float* squares = stackalloc float[length];
        new Span<float>(squares, length).Clear();
        fixed (float* from = x, to = y)
            for (int first = 0; first < count; first += inBlock)
            {
                nint at = (nint)first * rows.Channels;
                ForwardBlock(from + at, to + at, Math.Min(inBlock, count - first), squares, rows);
            }
    }

    /// <summary>dx from dy and x.</summary>
    public static void Backward(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, Span<float> dx, LocalResponseRows rows)
    {
        if (rows.Channels < Vector<float>.Count)
        {
            BackwardScalar(dy, x, dx, rows);
            return;
        }
        int inBlock = Math.Max(1, BlockLength / rows.Padded), length = inBlock * rows.Padded, count = x.Length / rows.Channels;
        float* buffers = stackalloc float[3 * length];
        new Span<float>(buffers, 3 * length).Clear();
        fixed (float* given = dy, from = x, to = dx)
            for (int first = 0; first < count; first += inBlock)
            {
                nint at = (nint)first * rows.Channels;
                BackwardBlock(given + at, from + at, to + at, Math.Min(inBlock, count - first), buffers, length, rows);
            }
    }

    /// <summary>What <see cref="Forward"/> computes, bit for bit, one element at a time.</summary>
    public static void ForwardScalar(ReadOnlySpan<float> x, Span<float> y, LocalResponseRows rows)
    {
        for (int row = 0; row < x.Length; row += rows.Channels)
            for (int c = 0; c < rows.Channels; c++)
            {
                float root = MathF.Sqrt(ScaleScalar(x.Slice(row, rows.Channels), c, rows));
                y[row + c] = x[row + c] / (root * MathF.Sqrt(root));
            }
    }

    /// <summary>What <see cref="Backward"/> computes, bit for bit, one element at a time.</summary>
    public static void BackwardScalar(ReadOnlySpan<float> dy, ReadOnlySpan<float> x, Span<float> dx, LocalResponseRows rows)
    {
        float[] ratios = new float[rows.Channels];
        for (int row = 0; row < x.Length; row += rows.Channels)
        {
            ReadOnlySpan<float> values = x.Slice(row, rows.Channels), given = dy.Slice(row, rows.Channels);
            for (int c = 0; c < rows.Channels; c++)
                ratios[c] = given[c] * values[c] * InverseScalar(values, c, rows);
            for (int c = 0; c < rows.Channels; c++)
            {
                float sum = 0;
                for (int j = Math.Max(0, c - rows.Half); j <= Math.Min(rows.Channels - 1, c + rows.Half); j++)
                    sum += ratios[j];
                float direct = given[c] * (InverseScalar(values, c, rows) * ScaleScalar(values, c, rows));
                dx[row + c] = MathF.FusedMultiplyAdd(values[c] * -rows.Factor, sum, direct);
            }
        }
    }

    private static float ScaleScalar(ReadOnlySpan<float> values, int c, LocalResponseRows rows)
    {
        float sum = 0;
        for (int j = Math.Max(0, c - rows.Half); j <= Math.Min(rows.Channels - 1, c + rows.Half); j++)
            sum += values[j] * values[j];
        return MathF.FusedMultiplyAdd(rows.Alpha, sum, rows.K);
    }

    private static float InverseScalar(ReadOnlySpan<float> values, int c, LocalResponseRows rows)
    {
        float s = ScaleScalar(values, c, rows), root = MathF.Sqrt(s);
        return 1 / (root * MathF.Sqrt(root) * s);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardBlock(float* x, float* y, int count, float* squares, LocalResponseRows rows)
    {
        Squares(x, squares, count, rows);
        for (int r = 0; r < count; r++, x += rows.Channels, y += rows.Channels, squares += rows.Padded)
            for (int c = 0; c < rows.Channels; c += Vector<float>.Count)
            {
                int at = Math.Min(c, rows.Channels - Vector<float>.Count);
                Vector<float> root = Vector.SquareRoot(Scale(squares + at, rows));
                Vector.Store(Vector.Load(x + at) / (root * Vector.SquareRoot(root)), y + at);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardBlock(float* dy, float* x, float* dx, int count, float* buffers, int length,
        LocalResponseRows rows)
    {
        float* squares = buffers, ratios = buffers + length, direct = buffers + 2 * length;
        Squares(x, squares, count, rows);
        Terms(dy, x, count, squares, ratios, direct, rows);
        var factor = new Vector<float>(-rows.Factor);
        for (int r = 0; r < count; r++, x += rows.Channels, dx += rows.Channels, ratios += rows.Padded, direct += rows.Padded)
            for (int c = 0; c < rows.Channels; c += Vector<float>.Count)
            {
                int at = Math.Min(c, rows.Channels - Vector<float>.Count);
                Vector.Store(Vector.FusedMultiplyAdd(Vector.Load(x + at) * factor, Sum(ratios + at, rows.Half),
                    Vector.Load(direct + at)), dx + at);
            }
    }

    // The two parts of the gradient: dy * s^-0.75, and dy * x * s^-1.75, which goes to all channels of the window.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Terms(float* dy, float* x, int count, float* squares, float* ratios, float* direct,
        LocalResponseRows rows)
    {
        for (int r = 0; r < count; r++, x += rows.Channels, dy += rows.Channels, squares += rows.Padded, ratios += rows.Padded,
            direct += rows.Padded)
            for (int c = 0; c < rows.Channels; c += Vector<float>.Count)
            {
                int at = Math.Min(c, rows.Channels - Vector<float>.Count);
                Vector<float> s = Scale(squares + at, rows), root = Vector.SquareRoot(s), gradient = Vector.Load(dy + at);
                Vector<float> inverse = Vector<float>.One / (root * Vector.SquareRoot(root) * s);
                Vector.Store(gradient * Vector.Load(x + at) * inverse, ratios + rows.Half + at);
                Vector.Store(gradient * (inverse * s), direct + at);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Squares(float* x, float* squares, int count, LocalResponseRows rows)
    {
        for (int r = 0; r < count; r++, x += rows.Channels, squares += rows.Padded)
            for (int c = 0; c < rows.Channels; c += Vector<float>.Count)
            {
                int at = Math.Min(c, rows.Channels - Vector<float>.Count);
                Vector<float> value = Vector.Load(x + at);
                Vector.Store(value * value, squares + rows.Half + at);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Scale(float* terms, LocalResponseRows rows) =>
        Vector.FusedMultiplyAdd(new Vector<float>(rows.Alpha), Sum(terms, rows.Half), new Vector<float>(rows.K));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Sum(float* terms, int half)
    {
        Vector<float> sum = Vector.Load(terms);
        for (int d = 1; d <= 2 * half; d++)
            sum += Vector.Load(terms + d);
        return sum;
    }
}
