using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SpotArtifacts.Engine;

/// <summary>
/// Twofold bilinear enlargement with half-pixel centres: every new pixel is 3/4 of the nearest one and 1/4 of the next along each
/// side, the border repeated. libtorch's own kernel computes each pixel's four weights anew, and takes three times as long.
/// </summary>
internal static unsafe class BilinearEnlargementKernel
{
    private const float Near = 0.75f, Next = 0.25f;
    private const int LongestStackRow = 8192;

    /// <summary>The two rows of the larger map that lie in one row of the smaller.</summary>
    /// <param name="image">(rows, columns, channels).</param>
    /// <param name="row">Which row of it.</param>
    /// <param name="map">The sizes of the image.</param>
    /// <param name="enlarged">(2 rows, 2 columns, channels), the whole of it.</param>
    public static void Forward(float* image, int row, MapSize map, float* enlarged)
    {
        float* buffer = stackalloc float[Math.Min(map.Row, LongestStackRow)], large = null;
        if (map.Row > LongestStackRow)
            buffer = large = (float*)NativeMemory.Alloc((nuint)map.Row, sizeof(float));
        float* near = image + ((long)row * map.Row), y = enlarged + (4L * row * map.Row);
        Widen(near, image + ((long)Math.Max(row - 1, 0) * map.Row), buffer, map, y);
        Widen(near, image + ((long)Math.Min(row + 1, map.Rows - 1) * map.Row), buffer, map, y + (2 * map.Row));
        NativeMemory.Free(large);
    }

    /// <summary>The gradient at one row of the smaller map.</summary>
    /// <param name="gradient">At the larger map: (2 rows, 2 columns, channels), the whole of it.</param>
    /// <param name="row">Which row of the smaller map.</param>
    /// <param name="map">The sizes of the smaller map.</param>
    /// <param name="result">At the smaller map: (rows, columns, channels), the whole of it; one row is overwritten.</param>
    public static void Backward(float* gradient, int row, MapSize map, float* result)
    {
        int wide = 2 * map.Row;
        float* buffer = stackalloc float[Math.Min(wide, LongestStackRow)], large = null;
        if (wide > LongestStackRow)
            buffer = large = (float*)NativeMemory.Alloc((nuint)wide, sizeof(float));
        float* first = gradient + (2L * row * wide), second = first + wide;
        Combine(first, second, row > 0 ? first - wide : first, row < map.Rows - 1 ? second + wide : second, wide, buffer);
        for (int x = 0; x < map.Columns; x++)
        {
            float* left = buffer + (2 * x * map.Channels), right = left + map.Channels;
            Combine(left, right, x > 0 ? left - map.Channels : left, x < map.Columns - 1 ? right + map.Channels : right,
                map.Channels, result + ((long)row * map.Row) + (x * map.Channels));
        }
        NativeMemory.Free(large);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(float* near, float* next, float* buffer, MapSize map, float* y)
    {
        Mix(near, next, map.Row, buffer);
        int channels = map.Channels;
        for (int x = 0; x < map.Columns; x++)
        {
            float* here = buffer + (x * channels);
            Mix(here, x > 0 ? here - channels : here, channels, y + (2 * x * channels));
            Mix(here, x < map.Columns - 1 ? here + channels : here, channels, y + (2 * x * channels) + channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(float* near, float* next, int length, float* y)
    {
        int i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store((Vector.Load(near + i) * Near) + (Vector.Load(next + i) * Next), y + i);
        for (; i < length; i++)
            y[i] = (near[i] * Near) + (next[i] * Next);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(float* near, float* alsoNear, float* next, float* alsoNext, int length, float* y)
    {
        int i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(((Vector.Load(near + i) + Vector.Load(alsoNear + i)) * Near)
                + ((Vector.Load(next + i) + Vector.Load(alsoNext + i)) * Next), y + i);
        for (; i < length; i++)
            y[i] = ((near[i] + alsoNear[i]) * Near) + ((next[i] + alsoNext[i]) * Next);
    }
}
