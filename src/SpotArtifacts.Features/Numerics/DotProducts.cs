using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SpotArtifacts.Features.Numerics;

// Q queries, N rows, D numbers of each.

/// <summary>Scalar products of many vectors with many others: a matrix product in which both sides lie row by row.</summary>
internal static class DotProducts
{
    // Queries that stay in a core's own cache while all rows pass by; numbers that the widest registers hold.
    private const int QueryBlock = 64, Width = 16;

    /// <summary>Computes them on the calling thread.</summary>
    /// <param name="queries">Q * D numbers.</param>
    /// <param name="rows">N * D numbers.</param>
    /// <param name="dimensions">D, 1 or more.</param>
    /// <param name="products">Q * N numbers: query by query, the product with each row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    internal static void Compute(ReadOnlySpan<float> queries, ReadOnlySpan<float> rows, int dimensions, Span<float> products)
    {
        int queryCount = queries.Length / dimensions, rowCount = rows.Length / dimensions;
        if (queryCount * dimensions != queries.Length || rowCount * dimensions != rows.Length
            || (long)queryCount * rowCount != products.Length)
            throw new ArgumentException(
                $"{queries.Length} and {rows.Length} numbers in vectors of {dimensions} do not give {products.Length} products");
        // Vectors whose beginnings are a multiple of 4096 bytes apart get into each other's way in the first cache.
        if ((dimensions % Width != 0 || dimensions % 1024 == 0) && queryCount > 1)
        {
            int wide = (dimensions / Width + 1) * Width;
            float[] wideQueries = ArrayPool<float>.Shared.Rent(queryCount * wide),
                wideRows = ArrayPool<float>.Shared.Rent(rowCount * wide);
            Compute(Widen(queries, dimensions, wideQueries, wide), Widen(rows, dimensions, wideRows, wide), wide, products);
            ArrayPool<float>.Shared.Return(wideQueries);
            ArrayPool<float>.Shared.Return(wideRows);
            return;
        }
        for (int first = 0; first < queryCount; first += QueryBlock)
        {
            int count = Math.Min(QueryBlock, queryCount - first);
            ReadOnlySpan<float> some = queries.Slice(first * dimensions, count * dimensions);
            Span<float> target = products.Slice(first * rowCount, count * rowCount);
            int row = 0;
            for (; row + 4 <= rowCount; row += 4)
                FourRows(some, rows.Slice(row * dimensions, 4 * dimensions), dimensions, target[row..], rowCount);
            for (; row < rowCount; row++)
                for (int query = 0; query < count; query++)
                    target[query * rowCount + row] = TensorPrimitives.Dot(
                        some.Slice(query * dimensions, dimensions), rows.Slice(row * dimensions, dimensions));
        }
    }

    // Noughts behind each vector, so that registers are always filled.
    private static ReadOnlySpan<float> Widen(ReadOnlySpan<float> vectors, int dimensions, float[] widened, int wide)
    {
        int to = 0;
        for (int from = 0; from < vectors.Length; from += dimensions, to += wide)
        {
            vectors.Slice(from, dimensions).CopyTo(widened.AsSpan(to));
            widened.AsSpan(to + dimensions, wide - dimensions).Clear();
        }
        return widened.AsSpan(0, to);
    }

    // Products of all queries with four rows; those of one query stand side by side, a stride apart from the next query's.
    private static void FourRows(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> rows, int dimensions, Span<float> products, int stride)
    {
        int count = queries.Length / dimensions, query = 0;
        if (Vector512.IsHardwareAccelerated)
            for (; query + 4 <= count; query += 4)
                FourByFour(
                    queries.Slice(query * dimensions, 4 * dimensions), rows, dimensions, products[(query * stride)..], stride);
        for (; query + 2 <= count; query += 2)
            TwoByFour(queries.Slice(query * dimensions, 2 * dimensions), rows, dimensions, products[(query * stride)..], stride);
        for (; query < count; query++)
            for (int row = 0; row < 4; row++)
                products[query * stride + row] = TensorPrimitives.Dot(
                    queries.Slice(query * dimensions, dimensions), rows.Slice(row * dimensions, dimensions));
    }

    // Sixteen sums in registers: each number that is loaded takes part in four of them. Compiled at full speed at once: in a
    // first, plain version it would run a hundred times slower for seconds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(ReadOnlySpan<float> queries, ReadOnlySpan<float> rows, int d, Span<float> products, int stride)
    {
        ref float a = ref MemoryMarshal.GetReference(queries), b = ref MemoryMarshal.GetReference(rows);
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default,
            s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default,
            s33 = default;
        for (int i = 0; i < d; i += Width)
        {
            Vector512<float> b0 = Vector512.LoadUnsafe(ref b, (nuint)i), b1 = Vector512.LoadUnsafe(ref b, (nuint)(d + i));
            Vector512<float> b2 = Vector512.LoadUnsafe(ref b, (nuint)(2 * d + i)),
                b3 = Vector512.LoadUnsafe(ref b, (nuint)(3 * d + i));
            Vector512<float> q = Vector512.LoadUnsafe(ref a, (nuint)i);
            (s00, s01) = (Vector512.FusedMultiplyAdd(q, b0, s00), Vector512.FusedMultiplyAdd(q, b1, s01));
            (s02, s03) = (Vector512.FusedMultiplyAdd(q, b2, s02), Vector512.FusedMultiplyAdd(q, b3, s03));
            q = Vector512.LoadUnsafe(ref a, (nuint)(d + i));
            (s10, s11) = (Vector512.FusedMultiplyAdd(q, b0, s10), Vector512.FusedMultiplyAdd(q, b1, s11));
            (s12, s13) = (Vector512.FusedMultiplyAdd(q, b2, s12), Vector512.FusedMultiplyAdd(q, b3, s13));
            q = Vector512.LoadUnsafe(ref a, (nuint)(2 * d + i));
            (s20, s21) = (Vector512.FusedMultiplyAdd(q, b0, s20), Vector512.FusedMultiplyAdd(q, b1, s21));
            (s22, s23) = (Vector512.FusedMultiplyAdd(q, b2, s22), Vector512.FusedMultiplyAdd(q, b3, s23));
            q = Vector512.LoadUnsafe(ref a, (nuint)(3 * d + i));
            (s30, s31) = (Vector512.FusedMultiplyAdd(q, b0, s30), Vector512.FusedMultiplyAdd(q, b1, s31));
            (s32, s33) = (Vector512.FusedMultiplyAdd(q, b2, s32), Vector512.FusedMultiplyAdd(q, b3, s33));
        }
        Store(products, Sum(s00), Sum(s01), Sum(s02), Sum(s03));
        Store(products[stride..], Sum(s10), Sum(s11), Sum(s12), Sum(s13));
        Store(products[(2 * stride)..], Sum(s20), Sum(s21), Sum(s22), Sum(s23));
        Store(products[(3 * stride)..], Sum(s30), Sum(s31), Sum(s32), Sum(s33));
    }

    // Eight sums: what fits into the registers of a processor without AVX-512.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByFour(ReadOnlySpan<float> queries, ReadOnlySpan<float> rows, int d, Span<float> products, int stride)
    {
        ref float a = ref MemoryMarshal.GetReference(queries), b = ref MemoryMarshal.GetReference(rows);
        Vector<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default,
            s13 = default;
        for (int i = 0; i < d; i += Vector<float>.Count)
        {
            Vector<float> q0 = Vector.LoadUnsafe(ref a, (nuint)i), q1 = Vector.LoadUnsafe(ref a, (nuint)(d + i)),
                r = Vector.LoadUnsafe(ref b, (nuint)i);
            (s00, s10) = (Vector.FusedMultiplyAdd(q0, r, s00), Vector.FusedMultiplyAdd(q1, r, s10));
            r = Vector.LoadUnsafe(ref b, (nuint)(d + i));
            (s01, s11) = (Vector.FusedMultiplyAdd(q0, r, s01), Vector.FusedMultiplyAdd(q1, r, s11));
            r = Vector.LoadUnsafe(ref b, (nuint)(2 * d + i));
            (s02, s12) = (Vector.FusedMultiplyAdd(q0, r, s02), Vector.FusedMultiplyAdd(q1, r, s12));
            r = Vector.LoadUnsafe(ref b, (nuint)(3 * d + i));
            (s03, s13) = (Vector.FusedMultiplyAdd(q0, r, s03), Vector.FusedMultiplyAdd(q1, r, s13));
        }
        Store(products, Vector.Sum(s00), Vector.Sum(s01), Vector.Sum(s02), Vector.Sum(s03));
        Store(products[stride..], Vector.Sum(s10), Vector.Sum(s11), Vector.Sum(s12), Vector.Sum(s13));
    }

    private static float Sum(Vector512<float> values) => Vector512.Sum(values);

    private static void Store(Span<float> target, float first, float second, float third, float fourth) =>
        (target[0], target[1], target[2], target[3]) = (first, second, third, fourth);
}
