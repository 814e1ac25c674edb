using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpotArtifacts.Engine;

/// <summary>
/// Elements of BFloat16, the upper half of a Float32's bits, read and written by kernels that compute in Float32: two vectors of
/// neighbours at a time.
/// </summary>
internal static unsafe class BrainElements
{
    private const uint QuietNan = 0x7FC0;

    /// <summary>Elements that are read or written at a time.</summary>
    public static int Count => Vector<ushort>.Count;

    /// <summary>Reads <see cref="Count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ushort* from, out Vector<float> first, out Vector<float> second) =>
        Widen(Vector.Load(from), out first, out second);

    /// <summary>As <see cref="Load"/>, with zeros where a mask, all bits of an element or none, is not set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadWhere(ushort* from, Vector<ushort> mask, out Vector<float> first, out Vector<float> second) =>
        Widen(Vector.Load(from) & mask, out first, out second);

    /// <summary>Writes <see cref="Count"/> elements, rounded to the nearest, to even where two are as near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ushort* to, Vector<float> first, Vector<float> second) =>
        Vector.Store(Vector.Narrow(Round(first), Round(second)), to);

    /// <summary>Copies elements to Float32.</summary>
    /// <param name="from">The elements.</param>
    /// <param name="to">As many.</param>
    /// <param name="count">How many, <see cref="Count"/> at least.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ushort* from, float* to, int count)
    {
        for (int i = 0; i < count; i += Count)
        {
            int at = Math.Min(i, count - Count);
            Load(from + at, out Vector<float> first, out Vector<float> second);
            Vector.Store(first, to + at);
            Vector.Store(second, to + at + Vector<float>.Count);
        }
    }

    /// <summary>Copies elements from Float32.</summary>
    /// <param name="from">The elements.</param>
    /// <param name="to">As many.</param>
    /// <param name="count">How many, <see cref="Count"/> at least.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(float* from, ushort* to, int count)
    {
        for (int i = 0; i < count; i += Count)
        {
            int at = Math.Min(i, count - Count);
            Store(to + at, Vector.Load(from + at), Vector.Load(from + at + Vector<float>.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector<ushort> bits, out Vector<float> first, out Vector<float> second)
    {
        Vector.Widen(bits, out Vector<uint> low, out Vector<uint> high);
        (first, second) = (Vector.AsVectorSingle(low << 16), Vector.AsVectorSingle(high << 16));
    }

    // The bits of the nearest; of what is no number, such a number's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Round(Vector<float> value)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(value);
        Vector<uint> nearest = (bits + new Vector<uint>(0x7FFF) + ((bits >> 16) & Vector<uint>.One)) >> 16;
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(value, value)), nearest, new Vector<uint>(QuietNan));
    }
}
