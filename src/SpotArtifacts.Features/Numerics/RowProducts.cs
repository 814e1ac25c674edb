using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SpotArtifacts.Features.Numerics;

/// <summary>A row's share in the product of a matrix's transpose, the matrix and a vector, in one pass over the row.</summary>
internal static class RowProducts
{
    /// <summary>target += factor * (row . vector) * row.</summary>
    /// <param name="row">D numbers.</param>
    /// <param name="vector">D numbers; may be the target.</param>
    /// <param name="factor">A scale.</param>
    /// <param name="target">D numbers.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add(ReadOnlySpan<float> row, ReadOnlySpan<float> vector, float factor, Span<float> target)
    {
        if (vector.Length != row.Length || target.Length != row.Length)
            throw new ArgumentException($"{row.Length}, {vector.Length} and {target.Length} numbers");
        ref float r = ref MemoryMarshal.GetReference(row), v = ref MemoryMarshal.GetReference(vector),
            t = ref MemoryMarshal.GetReference(target);
        Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        int width = Vector<float>.Count, i = 0;
        for (; i + 4 * width <= row.Length; i += 4 * width)
        {
            sum0 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref r, (nuint)i), Vector.LoadUnsafe(ref v, (nuint)i), sum0);
            sum1 = Vector.FusedMultiplyAdd(
                Vector.LoadUnsafe(ref r, (nuint)(i + width)), Vector.LoadUnsafe(ref v, (nuint)(i + width)), sum1);
            sum2 = Vector.FusedMultiplyAdd(
                Vector.LoadUnsafe(ref r, (nuint)(i + 2 * width)), Vector.LoadUnsafe(ref v, (nuint)(i + 2 * width)), sum2);
            sum3 = Vector.FusedMultiplyAdd(
                Vector.LoadUnsafe(ref r, (nuint)(i + 3 * width)), Vector.LoadUnsafe(ref v, (nuint)(i + 3 * width)), sum3);
        }
        float product = Vector.Sum(sum0 + sum1 + (sum2 + sum3));
        for (; i < row.Length; i++)
            product += row[i] * vector[i];
        product *= factor;
        Vector<float> many = new(product);
        for (i = 0; i + width <= row.Length; i += width)
            Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref r, (nuint)i), many, Vector.LoadUnsafe(ref t, (nuint)i)).StoreUnsafe(
                ref t, (nuint)i);
        for (; i < row.Length; i++)
            target[i] += product * row[i];
    }
}
