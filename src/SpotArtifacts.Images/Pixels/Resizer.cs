using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SpotArtifacts.Images;

/// <summary>
/// The project's only resizer: separable, antialiased as Pillow's is (the filter is widened by the scale when shrinking;
/// weights are cut at the image's border and normalised), from a real-valued box to a square of float planes.
/// </summary>
/// <remarks>
/// Intermediate values stay in float and nothing is clipped, so bicubic results may leave 0 ... 255. Sums run in a fixed
/// order without fused operations: equal on every processor. An instance keeps its buffers and serves one thread at a time.
/// </remarks>
public sealed class Resizer
{
    private readonly FilterTaps _rows = new();
    private readonly FilterTaps _columns = new();
    private float[] _strip = [];

    /// <summary>Resizes a box of an image.</summary>
    /// <param name="image">Source.</param>
    /// <param name="box">Part to show; must lie inside the image.</param>
    /// <param name="size">Side S of the result, 1 or more.</param>
    /// <param name="filter">Bilinear or bicubic.</param>
    /// <param name="mirror">Whether left and right are exchanged.</param>
    /// <param name="destination">3 * S * S values: red, green and blue plane, in 0 ... 255.</param>
    /// <exception cref="ArgumentException">The box leaves the image or the destination has another length.</exception>
    public void Resize(RgbImage image, SourceBox box, int size, ResizeFilter filter, bool mirror, Span<float> destination)
    {
        Validate(image, box, size, destination.Length);
        _rows.Prepare(image.Height, box.Y, box.Height, size, filter, reversed: false);
        _columns.Prepare(image.Width, box.X, box.Width, size, filter, mirror);

        int first = _columns.Lowest, width = _columns.Highest - first;
        int values = 3 * width;
        // Behind the row: one value, since the second pass reads pixels as four floats, and those whose weights are zeros of
        // padding.
        int length = values + 3 * _columns.PaddedCount + 1;
        if (_strip.Length < length)
            _strip = new float[length];
        for (int y = 0; y < size; y++)
        {
            ReadOnlySpan<byte> source = image.Pixels.AsSpan(3 * (_rows.Start(y) * image.Width + first));
            BlendRows(source, 3 * image.Width, _rows.Weights(y), _strip.AsSpan(0, values));
            BlendColumns(_strip, first, y * size, size, destination);
        }
    }

    /// <summary>The same, rounded to bytes.</summary>
    /// <param name="image">Source.</param>
    /// <param name="box">Part to show; must lie inside the image.</param>
    /// <param name="size">Side S of the result, 1 or more.</param>
    /// <param name="filter">Bilinear or bicubic.</param>
    /// <exception cref="ArgumentException">The box leaves the image.</exception>
    public RgbImage Resize(RgbImage image, SourceBox box, int size, ResizeFilter filter)
    {
        int plane = size * size;
        float[] planes = new float[3 * plane];
        Resize(image, box, size, filter, mirror: false, planes);
        RgbImage result = new(size, size);
        for (int i = 0; i < plane; i++)
            for (int channel = 0; channel < 3; channel++)
                result.Pixels[3 * i + channel] = (byte)Math.Clamp(planes[channel * plane + i] + 0.5f, 0, 255);
        return result;
    }

    private static void Validate(RgbImage image, SourceBox box, int size, int length)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (length != 3 * size * size)
            throw new ArgumentException($"the destination needs 3 * {size} * {size} values, got {length}");
        const double tolerance = 1e-6;
        bool inside = box.X >= -tolerance && box.Y >= -tolerance && box.Width > 0 && box.Height > 0 &&
            box.X + box.Width <= image.Width + tolerance && box.Y + box.Height <= image.Height + tolerance;
        if (!inside)
            throw new ArgumentException($"{box} is not inside an image of {image.Width} x {image.Height}");
    }

    /// <summary>Vertical pass: the weighted sum of a few rows of bytes, into one row of floats.</summary>
    private static void BlendRows(ReadOnlySpan<byte> source, int stride, ReadOnlySpan<float> weights, Span<float> target)
    {
        int lanes = Vector<float>.Count, last = target.Length - Vector<byte>.Count;
        ref readonly byte pixels = ref MemoryMarshal.GetReference(source[..((weights.Length - 1) * stride + target.Length)]);
        for (int x = 0; last >= 0; x = Math.Min(x + Vector<byte>.Count, last)) // the last vector may overlap the one before
        {
            Vector<float> a = default, b = default, c = default, d = default;
            for (int k = 0; k < weights.Length; k++)
            {
                Vector.Widen(
                    Vector.LoadUnsafe(in pixels, (nuint)(k * stride + x)), out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> v0, out Vector<uint> v1);
                Vector.Widen(high, out Vector<uint> v2, out Vector<uint> v3);
                a += Vector.ConvertToSingle(Vector.AsVectorInt32(v0)) * weights[k];
                b += Vector.ConvertToSingle(Vector.AsVectorInt32(v1)) * weights[k];
                c += Vector.ConvertToSingle(Vector.AsVectorInt32(v2)) * weights[k];
                d += Vector.ConvertToSingle(Vector.AsVectorInt32(v3)) * weights[k];
            }
            a.CopyTo(target[x..]);
            b.CopyTo(target[(x + lanes)..]);
            c.CopyTo(target[(x + 2 * lanes)..]);
            d.CopyTo(target[(x + 3 * lanes)..]);
            if (x == last)
                return;
        }
        for (int x = 0; x < target.Length; x++) // a row shorter than one vector
        {
            float sum = 0;
            for (int k = 0; k < weights.Length; k++)
                sum += source[k * stride + x] * weights[k];
            target[x] = sum;
        }
    }

    /// <summary>Horizontal pass: red, green and blue of a pixel are three of a vector's four lanes.</summary>
    private void BlendColumns(ReadOnlySpan<float> row, int first, int offset, int size, Span<float> destination)
    {
        int plane = size * size;
        Span<float> red = destination.Slice(offset, size);
        Span<float> green = destination.Slice(plane + offset, size);
        Span<float> blue = destination.Slice(2 * plane + offset, size);
        for (int x = 0; x < size; x++)
        {
            ReadOnlySpan<float> weights = _columns.PaddedWeights(x);
            ref readonly float taps =
                ref MemoryMarshal.GetReference(row.Slice(3 * (_columns.Start(x) - first), 3 * weights.Length + 1));
            Vector128<float> sum = default;
            for (int k = 0; k < weights.Length; k += 2) // an even number
            {
                sum += Vector128.LoadUnsafe(in taps, (nuint)(3 * k)) * weights[k];
                sum += Vector128.LoadUnsafe(in taps, (nuint)(3 * k + 3)) * weights[k + 1];
            }
            red[x] = sum[0];
            green[x] = sum[1];
            blue[x] = sum[2];
        }
    }
}
