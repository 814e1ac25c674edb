using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpotArtifacts.Engine;

/// <summary>
/// How kernels that compute in Float32 read and write the elements of a tensor, two vectors of neighbours at a time.
/// </summary>
/// <typeparam name="T">What an element is in memory.</typeparam>
internal interface IRowElement<T> where T : unmanaged
{
    /// <summary>Elements that are read or written at a time.</summary>
    static int Count => 2 * Vector<float>.Count;

    /// <summary>Reads <see cref="Count"/> elements.</summary>
    static abstract unsafe void Load(T* from, out Vector<float> first, out Vector<float> second);

    /// <summary>Writes <see cref="Count"/> elements, rounded to the nearest, to even where two are as near.</summary>
    static abstract unsafe void Store(T* to, Vector<float> first, Vector<float> second);
}

/// <summary>Elements of Float32.</summary>
internal readonly struct SingleElement : IRowElement<float>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Load(float* from, out Vector<float> first, out Vector<float> second) =>
        (first, second) = (Vector.Load(from), Vector.Load(from + Vector<float>.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(float* to, Vector<float> first, Vector<float> second)
    {
        Vector.Store(first, to);
        Vector.Store(second, to + Vector<float>.Count);
    }
}

/// <summary>Elements of BFloat16: the upper half of a Float32's bits.</summary>
internal readonly struct BrainElement : IRowElement<ushort>
{
    private const uint QuietNan = 0x7FC0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Load(ushort* from, out Vector<float> first, out Vector<float> second)
    {
        Vector.Widen(Vector.Load(from), out Vector<uint> low, out Vector<uint> high);
        (first, second) = (Vector.AsVectorSingle(low << 16), Vector.AsVectorSingle(high << 16));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(ushort* to, Vector<float> first, Vector<float> second) =>
        Vector.Store(Vector.Narrow(Round(first), Round(second)), to);

    // The bits of the nearest; of what is no number, such a number's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Round(Vector<float> value)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(value);
        Vector<uint> nearest = (bits + new Vector<uint>(0x7FFF) + ((bits >> 16) & Vector<uint>.One)) >> 16;
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(value, value)), nearest, new Vector<uint>(QuietNan));
    }
}
