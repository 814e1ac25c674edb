using System.Buffers;
using System.Numerics.Tensors;
using SpotArtifacts.Features.Numerics;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Search;

/// <content>Rows against queries.</content>
public sealed partial class FeatureIndex
{
    // Each core compares about 2 MiB of rows at a time, with so many queries.
    private const int BlockNumbers = 1 << 19, MaxBlockRows = 4096, QueryChunk = 256;

    /// <summary>The cosine of a row and a unit query.</summary>
    internal float Similarity(int row, ReadOnlySpan<float> query)
    {
        if (_half)
            return TensorPrimitives.Dot(Rows(row, 1), query);
        using MappedElements<float> own = _file.Map<float>("rows", (long)row * Dimensions, Dimensions);
        return TensorPrimitives.Dot(own.Values, query);
    }

    /// <summary>A vector of the model's as a unit query.</summary>
    internal float[] Standardize(float[] vector)
    {
        float[] query = new float[Dimensions];
        Standardize(vector, query, _mean, _scale);
        return query;
    }

    /// <summary>The nearest rows of vectors of the model.</summary>
    internal NearestRows Nearest(SpotModel model, IReadOnlyList<float[]> vectors, int k, CancellationToken cancellation)
    {
        float[] queries = new float[vectors.Count * Dimensions];
        for (int i = 0; i < vectors.Count; i++)
            Standardize(vectors[i], queries.AsSpan(i * Dimensions, Dimensions), _mean, _scale);
        return Nearest(queries, k, cancellation);
    }

    /// <summary>The nearest rows of unit queries (Q * D numbers), on all cores.</summary>
    internal NearestRows Nearest(float[] queries, int k, CancellationToken cancellation)
    {
        int block = Math.Clamp(BlockNumbers / Dimensions, 1, MaxBlockRows);
        NearestRows nearest = new(queries.Length / Dimensions, Math.Min(k, Count));
        Parallel.For(0, (Count + block - 1) / block, new ParallelOptions { CancellationToken = cancellation }, number =>
            Compare(queries, number * block, Math.Min(block, Count - number * block), nearest, cancellation));
        return nearest;
    }

    private void Compare(float[] queries, int firstRow, int rows, NearestRows nearest, CancellationToken cancellation)
    {
        if (_half)
        {
            Compare(queries, Rows(firstRow, rows), firstRow, nearest, cancellation);
            return;
        }
        // One query is done when memory has gone by once: nothing is copied.
        using MappedElements<float> gallery = _file.Map<float>("rows", (long)firstRow * Dimensions, rows * Dimensions);
        Compare(queries, gallery.Values, firstRow, nearest, cancellation);
    }

    private void Compare(
        float[] queries, ReadOnlySpan<float> gallery, int firstRow, NearestRows nearest, CancellationToken cancellation)
    {
        int count = queries.Length / Dimensions, rows = gallery.Length / Dimensions;
        float[] products = ArrayPool<float>.Shared.Rent(Math.Min(QueryChunk, count) * rows);
        for (int query = 0; query < count; query += QueryChunk)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = Math.Min(QueryChunk, count - query);
            DotProducts.Compute(
                queries.AsSpan(query * Dimensions, length * Dimensions), gallery, Dimensions, products.AsSpan(0, length * rows));
            for (int i = 0; i < length; i++)
                nearest.Offer(query + i, firstRow, products.AsSpan(i * rows, rows));
        }
        ArrayPool<float>.Shared.Return(products);
    }

    /// <summary>(vector - mean) * scale, divided by its length.</summary>
    internal static void Standardize(
        ReadOnlySpan<float> vector, Span<float> result, ReadOnlySpan<float> mean, ReadOnlySpan<float> scale)
    {
        if (vector.Length != result.Length)
            throw new ArgumentException($"a vector of {vector.Length} numbers; the index has {result.Length}", nameof(vector));
        double sum = 0;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (vector[i] - mean[i]) * scale[i];
            sum += (double)result[i] * result[i];
        }
        float length = (float)Math.Max(1e-12, Math.Sqrt(sum));
        for (int i = 0; i < result.Length; i++)
            result[i] /= length;
    }
}
