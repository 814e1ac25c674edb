using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpotArtifacts.Engine;

/// <summary>Sizes of a max-pooling over (B, C, H, W) with TensorFlow's SAME padding, and of the normalisation behind it.</summary>
/// <param name="Channels">C.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Side">Side of the pooling window.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Norm">The normalisation of the pooled channels.</param>
internal readonly record struct PooledResponseShape(
    int Channels, int Height, int Width, int Side, int Stride, LocalResponseRows Norm)
{
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
/// no order of values, so the largest of a window is found first, and they are taken of the pooled maps alone. Elements lie
/// channels-last.
/// </summary>
/// <typeparam name="T">What an element is in memory.</typeparam>
/// <typeparam name="TElement">How it is read and written.</typeparam>
/// <remarks>
/// The last vector of a position overlaps the one before where the channels are no multiple of its length: it writes the same
/// again.
/// What is no number stays so, as in libtorch.
/// </remarks>
internal static unsafe class PooledResponseKernel<T, TElement> where T : unmanaged where TElement : IRowElement<T>
{
    // Positions that are normalised together: their channels in Float32 stay in the first cache.
    private const int BlockLength = 2048;

    private static int Step => IRowElement<T>.Count;

    /// <summary>One row of the normalised maps, and what its gradient needs.</summary>
    /// <param name="x">An image's maps.</param>
    /// <param name="bias">(C); null for none.</param>
    /// <param name="row">Which pooled row.</param>
    /// <param name="pooled">(W', C): the rectified maxima.</param>
    /// <param name="places">(W', C): where in its window each was found, row by row; null where nobody wants to know.</param>
    /// <param name="y">(W', C): the normalised maxima.</param>
    /// <param name="shape">Sizes.</param>
    public static void Forward(T* x, T* bias, int row, T* pooled, ushort* places, T* y, PooledResponseShape shape)
    {
        int columns = shape.Columns;
        for (int column = 0; column < columns; column++)
        {
            nint at = (nint)column * shape.Channels;
            Pool(x, bias, row, column, pooled + at, places is null ? null : places + at, shape);
        }
        int inBlock = Math.Clamp(BlockLength / shape.Channels, 1, columns), length = inBlock * shape.Channels;
        float* values = stackalloc float[length], normalized = stackalloc float[length];
        for (int first = 0; first < columns; first += inBlock)
        {
            int count = Math.Min(inBlock, columns - first) * shape.Channels;
            nint at = (nint)first * shape.Channels;
            Widen(pooled + at, values, count);
            LocalResponseNormKernel.Forward(
                new ReadOnlySpan<float>(values, count), new Span<float>(normalized, count), shape.Norm);
            Narrow(normalized, y + at, count);
        }
    }

    /// <summary>The gradient of one row of the pooled maps, before the ReLU.</summary>
    /// <param name="dy">(W', C).</param>
    /// <param name="pooled">As <see cref="Forward"/> gave it.</param>
    /// <param name="gradient">(W', C).</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardNorm(T* dy, T* pooled, T* gradient, PooledResponseShape shape)
    {
        int columns = shape.Columns;
        int inBlock = Math.Clamp(BlockLength / shape.Channels, 1, columns), length = inBlock * shape.Channels;
        float* given = stackalloc float[length], values = stackalloc float[length], found = stackalloc float[length];
        for (int first = 0; first < columns; first += inBlock)
        {
            int count = Math.Min(inBlock, columns - first) * shape.Channels;
            nint at = (nint)first * shape.Channels;
            Widen(dy + at, given, count);
            Widen(pooled + at, values, count);
            LocalResponseNormKernel.Backward(new ReadOnlySpan<float>(given, count), new ReadOnlySpan<float>(values, count),
                new Span<float>(found, count), shape.Norm);
            Rectify(values, found, count);
            Narrow(found, gradient + at, count);
        }
    }

    /// <summary>The gradient of one row of the input: of each window whose largest it was.</summary>
    /// <param name="gradient">An image's pooled maps' (H', W', C).</param>
    /// <param name="places">As <see cref="Forward"/> gave them, of the image.</param>
    /// <param name="row">Which row of the input.</param>
    /// <param name="dx">(W, C).</param>
    /// <param name="shape">Sizes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardPool(T* gradient, ushort* places, int row, T* dx, PooledResponseShape shape)
    {
        (int channels, int columns, int stride, int above, int left) =
            (shape.Channels, shape.Columns, shape.Stride, row + shape.Above, shape.Left);
        int top = FirstWindow(above, shape), bottom = Math.Min(shape.Rows - 1, above / stride);
        for (int x = 0; x < shape.Width; x++, dx += channels)
        {
            int beside = x + left, begin = FirstWindow(beside, shape), end = Math.Min(columns - 1, beside / stride);
            for (int c = 0; c < channels; c += Step)
            {
                int at = Math.Min(c, channels - Step);
                Vector<float> first = Vector<float>.Zero, second = Vector<float>.Zero;
                for (int r = top; r <= bottom; r++)
                    for (int s = begin; s <= end; s++)
                    {
                        nint from = ((nint)r * columns + s) * channels + at;
                        var place = new Vector<ushort>((ushort)((above - r * stride) * shape.Side + beside - s * stride));
                        Vector.Widen(Vector.AsVectorInt16(Vector.Equals(Vector.Load(places + from), place)),
                            out Vector<int> low, out Vector<int> high);
                        TElement.Load(gradient + from, out Vector<float> a, out Vector<float> b);
                        first += a & Vector.AsVectorSingle(low);
                        second += b & Vector.AsVectorSingle(high);
                    }
                TElement.Store(dx + at, first, second);
            }
        }
    }

    // The first window that reaches to a row or column.
    private static int FirstWindow(int at, PooledResponseShape shape) =>
        at < shape.Side ? 0 : (at - shape.Side) / shape.Stride + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pool(T* x, T* bias, int row, int column, T* pooled, ushort* places, PooledResponseShape shape)
    {
        (int channels, int width, int side) = (shape.Channels, shape.Width, shape.Side);
        int above = row * shape.Stride - shape.Above, left = column * shape.Stride - shape.Left;
        (int top, int bottom) = (Math.Max(0, -above), Math.Min(side, shape.Height - above));
        (int begin, int end) = (Math.Max(0, -left), Math.Min(side, width - left));
        for (int c = 0; c < channels; c += Step)
        {
            int at = Math.Min(c, channels - Step);
            T* from = x + ((nint)(above + top) * width + left + begin) * channels + at;
            TElement.Load(from, out Vector<float> first, out Vector<float> second);
            var firstPlace = new Vector<uint>((uint)(top * side + begin));
            Vector<uint> secondPlace = firstPlace;
            for (int r = top; r < bottom; r++, from += (nint)width * channels)
                for (int s = begin; s < end; s++)
                {
                    TElement.Load(from + (nint)(s - begin) * channels, out Vector<float> a, out Vector<float> b);
                    var place = new Vector<uint>((uint)(r * side + s));
                    (first, firstPlace) = Larger(first, firstPlace, a, place);
                    (second, secondPlace) = Larger(second, secondPlace, b, place);
                }
            if (bias is not null)
            {
                TElement.Load(bias + at, out Vector<float> a, out Vector<float> b);
                first += a;
                second += b;
            }
            TElement.Store(pooled + at, Rectified(first), Rectified(second));
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
    private static void Rectify(float* values, float* gradient, int count)
    {
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            int at = Math.Min(i, count - Vector<float>.Count);
            Vector<float> off = Vector.AsVectorSingle(Vector.LessThanOrEqual(Vector.Load(values + at), Vector<float>.Zero));
            Vector.Store(Vector.AndNot(Vector.Load(gradient + at), off), gradient + at);
        }
    }

    private static void Widen(T* from, float* to, int count)
    {
        for (int i = 0; i < count; i += Step)
        {
            int at = Math.Min(i, count - Step);
            TElement.Load(from + at, out Vector<float> first, out Vector<float> second);
            SingleElement.Store(to + at, first, second);
        }
    }

    private static void Narrow(float* from, T* to, int count)
    {
        for (int i = 0; i < count; i += Step)
        {
            int at = Math.Min(i, count - Step);
            SingleElement.Load(from + at, out Vector<float> first, out Vector<float> second);
            TElement.Store(to + at, first, second);
        }
    }
}
