using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpotArtifacts.Engine;

/// <summary>
/// Sizes of AlexNet's max-pooling, 3 x 3 with a step of 2 and TensorFlow's SAME padding, and of the normalisation behind it.
/// </summary>
/// <param name="Channels">C.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Norm">The normalisation of the pooled channels.</param>
internal readonly record struct PooledResponseShape(
    int Channels, int Height, int Width, LocalResponseRows Norm)
{
    /// <summary>Side of the pooling window.</summary>
    public const int Side = 3;

    /// <summary>Step between windows.</summary>
    public const int Stride = 2;

    /// <summary>Rows of the pooled maps, H'.</summary>
    public int Rows { get; } = SamePadding.OutputSize(Height, Stride);

    /// <summary>Columns of the pooled maps, W'.</summary>
    public int Columns { get; } = SamePadding.OutputSize(Width, Stride);

    /// <summary>Windows begin as far before the first row.</summary>
    public int Above { get; } = SamePadding.Of(Height, Side, Stride).Before;

    /// <summary>Windows begin as far before the first column.</summary>
    public int Left { get; } = SamePadding.Of(Width, Side, Stride).Before;
}

/// <summary>
/// Bias, ReLU, max-pooling and local response normalisation, a row of a map at a time, forward and backward. Bias and ReLU change
/// no order of values, so the largest of a window is found first, and they are taken of the pooled maps alone. Elements are of
/// BFloat16 and lie channels-last.
/// </summary>
/// <remarks>
/// The last vector of a position overlaps the one before where the channels are no multiple of its length: it writes the same
/// again.
/// What is no number stays so, as in libtorch.
/// </remarks>
internal static unsafe class PooledResponseKernel
{
    // Elements that are normalised together: in Float32 they stay near the processor, and are many beside what a call costs.
    private const int BlockLength = 4096;

    private static int Step => BrainElements.Count;

    /// <summary>Rows of the normalised maps, and what their gradients need.</summary>
    /// <param name="x">(B, H, W, C).</param>
    /// <param name="bias">(C); null for none.</param>
    /// <param name="begin">First of the B * H' rows.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="pooled">(B, H', W', C): the rectified maxima.</param>
    /// <param name="places">As many: where in its window each was found, row by row; null where nobody wants to know.</param>
    /// <param name="y">As many: the normalised maxima.</param>
    /// <param name="shape">Sizes.</param>
    public static void Forward(ushort* x, ushort* bias, nint begin, nint end, ushort* pooled, ushort* places, ushort* y,
        PooledResponseShape shape)
    {
        nint image = (nint)shape.Height * shape.Width * shape.Channels, length = (nint)shape.Columns * shape.Channels;
        nint together = Math.Max(1, BlockLength / length);
        for (nint first = begin; first < end; first += together)
        {
            nint behind = Math.Min(end, first + together);
            for (nint row = first; row < behind; row++)
                Pool(x + row / shape.Rows * image, bias, (int)(row % shape.Rows), pooled + row * length,
                    places is null ? null : places + row * length, shape);
            Normalize(pooled + first * length, y + first * length, (behind - first) * length, shape);
        }
    }

    /// <summary>The gradient of the pooled maps before the ReLU.</summary>
    /// <param name="dy">Of whole positions, C elements each.</param>
    /// <param name="pooled">As many, as <see cref="Forward"/> gave them.</param>
    /// <param name="gradient">As many.</param>
    /// <param name="count">Elements.</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardNorm(ushort* dy, ushort* pooled, ushort* gradient, nint count, PooledResponseShape shape)
    {
        int length = Block(shape);
        float* given = stackalloc float[length], values = stackalloc float[length], found = stackalloc float[length];
        for (nint at = 0; at < count; at += length)
        {
            int some = (int)Math.Min(length, count - at);
            BrainElements.Widen(dy + at, given, some);
            BrainElements.Widen(pooled + at, values, some);
            LocalResponseNormKernel.Backward(new ReadOnlySpan<float>(given, some), new ReadOnlySpan<float>(values, some),
                new Span<float>(found, some), shape.Norm);
            Rectify(values, found, some);
            BrainElements.Narrow(found, gradient + at, some);
        }
    }

    /// <summary>The gradient of one row of the input: of each window whose largest it was.</summary>
    /// <param name="gradient">An image's pooled maps' (H', W', C).</param>
    /// <param name="places">As <see cref="Forward"/> gave them, of the image.</param>
    /// <param name="row">Which row of the input.</param>
    /// <param name="dx">(W, C).</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardPool(ushort* gradient, ushort* places, int row, ushort* dx, PooledResponseShape shape)
    {
        (int at, nint length) = (row + shape.Above, (nint)shape.Columns * shape.Channels);
        if (at % 2 == 1)
        {
            nint middle = at / 2 * length;
            BackwardPool(new RowOfWindows(gradient + middle, places + middle, 1), dx, shape);
            return;
        }
        nint lower = at / 2 * length, upper = lower - length;
        var last = new RowOfWindows(gradient + upper, places + upper, 2);
        if (at / 2 == shape.Rows)
            BackwardPool(last, dx, shape);
        else if (at == 0)
            BackwardPool(new RowOfWindows(gradient, places, 0), dx, shape);
        else
            BackwardPool(last, new RowOfWindows(gradient + lower, places + lower, 0), dx, shape);
    }

    // A window's columns are three: the first is the one before's last, the second its own.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardPool(RowOfWindows windows, ushort* dx, PooledResponseShape shape)
    {
        int channels = shape.Channels;
        for (int c = 0; c < channels; c += Step)
        {
            int at = Math.Min(c, channels - Step);
            ushort* to = dx + at - (nint)shape.Left * channels;
            Vector<float> first = Vector<float>.Zero, second = Vector<float>.Zero;
            for (int s = 0; s < shape.Columns; s++, at += channels, to += 2 * (nint)channels)
            {
                if (to >= dx)
                {
                    windows.Load(at, 0, out Vector<float> a, out Vector<float> b);
                    BrainElements.Store(to, first + a, second + b);
                }
                windows.Load(at, 1, out Vector<float> own, out Vector<float> ownSecond);
                BrainElements.Store(to + channels, own, ownSecond);
                windows.Load(at, 2, out first, out second);
            }
        }
    }

    // Sums in the order of the windows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardPool(RowOfWindows upper, RowOfWindows lower, ushort* dx, PooledResponseShape shape)
    {
        int channels = shape.Channels;
        for (int c = 0; c < channels; c += Step)
        {
            int at = Math.Min(c, channels - Step);
            ushort* to = dx + at - (nint)shape.Left * channels;
            Vector<float> first = Vector<float>.Zero, second = Vector<float>.Zero, third = Vector<float>.Zero,
                fourth = Vector<float>.Zero;
            for (int s = 0; s < shape.Columns; s++, at += channels, to += 2 * (nint)channels)
            {
                if (to >= dx)
                {
                    upper.Load(at, 0, out Vector<float> a, out Vector<float> b);
                    lower.Load(at, 0, out Vector<float> d, out Vector<float> e);
                    BrainElements.Store(to, first + a + third + d, second + b + fourth + e);
                }
                upper.Load(at, 1, out Vector<float> own, out Vector<float> ownSecond);
                lower.Load(at, 1, out Vector<float> below, out Vector<float> belowSecond);
                BrainElements.Store(to + channels, own + below, ownSecond + belowSecond);
                upper.Load(at, 2, out first, out second);
                lower.Load(at, 2, out third, out fourth);
            }
        }
    }

    private static void Normalize(ushort* pooled, ushort* y, nint count, PooledResponseShape shape)
    {
        int length = Block(shape);
        float* values = stackalloc float[length], normalized = stackalloc float[length];
        for (nint at = 0; at < count; at += length)
        {
            int some = (int)Math.Min(length, count - at);
            BrainElements.Widen(pooled + at, values, some);
            LocalResponseNormKernel.Forward(
                new ReadOnlySpan<float>(values, some), new Span<float>(normalized, some), shape.Norm);
            BrainElements.Narrow(normalized, y + at, some);
        }
    }

    // Elements of a block: whole positions.
    private static int Block(PooledResponseShape shape) => Math.Max(1, BlockLength / shape.Channels) * shape.Channels;

    private static void Pool(ushort* x, ushort* bias, int row, ushort* pooled, ushort* places, PooledResponseShape shape)
    {
        for (int column = 0; column < shape.Columns; column++)
        {
            nint at = (nint)column * shape.Channels;
            Pool(x, bias, row, column, pooled + at, places is null ? null : places + at, shape);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pool(ushort* x, ushort* bias, int row, int column, ushort* pooled, ushort* places,
        PooledResponseShape shape)
    {
        const int side = PooledResponseShape.Side;
        (int channels, int width) = (shape.Channels, shape.Width);
        int above = row * PooledResponseShape.Stride - shape.Above, left = column * PooledResponseShape.Stride - shape.Left;
        (int top, int bottom) = (Math.Max(0, -above), Math.Min(side, shape.Height - above));
        (int begin, int end) = (Math.Max(0, -left), Math.Min(side, width - left));
        for (int c = 0; c < channels; c += Step)
        {
            int at = Math.Min(c, channels - Step);
            ushort* from = x + ((nint)(above + top) * width + left + begin) * channels + at;
            BrainElements.Load(from, out Vector<float> first, out Vector<float> second);
            var firstPlace = new Vector<uint>((uint)(top * side + begin));
            Vector<uint> secondPlace = firstPlace;
            for (int r = top; r < bottom; r++, from += (nint)width * channels)
                for (int s = begin; s < end; s++)
                {
                    BrainElements.Load(from + (nint)(s - begin) * channels, out Vector<float> a, out Vector<float> b);
                    var place = new Vector<uint>((uint)(r * side + s));
                    (first, firstPlace) = Larger(first, firstPlace, a, place);
                    (second, secondPlace) = Larger(second, secondPlace, b, place);
                }
            if (bias is not null)
            {
                BrainElements.Load(bias + at, out Vector<float> a, out Vector<float> b);
                first += a;
                second += b;
            }
            BrainElements.Store(pooled + at, Rectified(first), Rectified(second));
            if (places is not null)
                Vector.Store(Vector.Narrow(firstPlace, secondPlace), places + at);
        }
    }

    // The first of equals; what is no number is larger than all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Value, Vector<uint> Place) Larger(
        Vector<float> best, Vector<uint> bestPlace, Vector<float> value, Vector<uint> place)
    {
        Vector<int> stays = Vector.LessThanOrEqual(value, best) | ~Vector.Equals(best, best);
        return (Vector.ConditionalSelect(stays, best, value),
            Vector.ConditionalSelect(Vector.AsVectorUInt32(stays), bestPlace, place));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Rectified(Vector<float> value) =>
        Vector.ConditionalSelect(Vector.LessThan(value, Vector<float>.Zero), Vector<float>.Zero, value);

    // No gradient where the rectified value is 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rectify(float* values, float* gradient, int count)
    {
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            int at = Math.Min(i, count - Vector<float>.Count);
            Vector<float> off = Vector.AsVectorSingle(Vector.LessThanOrEqual(Vector.Load(values + at), Vector<float>.Zero));
            Vector.Store(Vector.AndNot(Vector.Load(gradient + at), off), gradient + at);
        }
    }

    // Windows that lie beside each other: of their gradients those that belong to one of their three rows.
    private readonly struct RowOfWindows(ushort* gradient, ushort* places, int row)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load(nint at, int column, out Vector<float> first, out Vector<float> second) => BrainElements.LoadWhere(
            gradient + at,
            Vector.Equals(Vector.Load(places + at), new Vector<ushort>((ushort)(PooledResponseShape.Side * row + column))),
            out first, out second);
    }
}
