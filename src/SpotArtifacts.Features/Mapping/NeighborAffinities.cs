using System.Numerics.Tensors;
using SpotArtifacts.Features.Numerics;

namespace SpotArtifacts.Features.Mapping;

/// <summary>How much each point counts as a neighbour of each other (van der Maaten and Hinton 2008, section 2).</summary>
internal static class NeighborAffinities
{
    private const int RowsAtOnce = 32, MaxRounds = 50, Tile = 64;

    /// <summary>
    /// Symmetric affinities, N * N numbers that sum to 1; each row's entropy is that of so many equal neighbours.
    /// </summary>
    /// <param name="rows">N * D numbers.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="perplexity">How many.</param>
    /// <param name="cancellation">Stops between rows.</param>
    internal static float[] Compute(float[] rows, int dimensions, double perplexity, CancellationToken cancellation)
    {
        int count = rows.Length / dimensions;
        float[] affinities = new float[(long)count * count], squares = new float[count];
        for (int i = 0; i < count; i++)
            squares[i] = TensorPrimitives.SumOfSquares<float>(rows.AsSpan(i * dimensions, dimensions));
        double entropy = Math.Log(perplexity);
        Parallel.For(0, (count + RowsAtOnce - 1) / RowsAtOnce, new ParallelOptions { CancellationToken = cancellation }, block =>
        {
            int first = block * RowsAtOnce, length = Math.Min(RowsAtOnce, count - first);
            Span<float> part = affinities.AsSpan(first * count, length * count);
            DotProducts.Compute(rows.AsSpan(first * dimensions, length * dimensions), rows, dimensions, part);
            float[] distances = new float[count];
            for (int i = 0; i < length; i++)
            {
                Span<float> row = part.Slice(i * count, count);
                ToDistances(row, squares, first + i, distances);
                Weigh(distances, first + i, entropy, row);
            }
        });
        Symmetrize(affinities, count);
        return affinities;
    }

    // |a - b|^2 = |a|^2 + |b|^2 - 2 a b
    private static void ToDistances(ReadOnlySpan<float> products, float[] squares, int point, float[] distances)
    {
        TensorPrimitives.MultiplyAdd(products, -2f, squares, distances);
        TensorPrimitives.Add(distances, squares[point], distances);
        TensorPrimitives.Max(distances, 0f, distances);
        distances[point] = 0;
    }

    /// <summary>exp(-beta d^2), divided by its sum; beta is bisected until the row's entropy is the wanted one.</summary>
    private static void Weigh(float[] distances, int point, double entropy, Span<float> weights)
    {
        // Distances differ by orders of magnitude between sets: begin at the row's own scale.
        double beta = 1 / Math.Max(TensorPrimitives.Sum<float>(distances) / distances.Length, 1e-12f), low = 0,
            high = double.PositiveInfinity;
        float sum = 1;
        for (int round = 0; round < MaxRounds; round++)
        {
            TensorPrimitives.Multiply(distances, (float)-beta, weights);
            TensorPrimitives.Exp(weights, weights);
            weights[point] = 0;
            sum = Math.Max(TensorPrimitives.Sum<float>(weights), 1e-30f);
            double excess = Math.Log(sum) + beta * TensorPrimitives.Dot<float>(weights, distances) / sum - entropy;
            if (Math.Abs(excess) < 1e-4) break;
            if (excess > 0) (low, beta) = (beta, double.IsInfinity(high) ? 2 * beta : (beta + high) / 2);
            else (high, beta) = (beta, (beta + low) / 2);
        }
        TensorPrimitives.Divide(weights, sum, weights);
    }

    // (P + P^T) / 2N, in tiles that stay in the cache.
    private static void Symmetrize(float[] affinities, int count)
    {
        float scale = 1f / (2 * count);
        int tiles = (count + Tile - 1) / Tile;
        Parallel.For(0, tiles, block =>
        {
            for (int other = block; other < tiles; other++)
                for (int i = block * Tile; i < Math.Min(count, block * Tile + Tile); i++)
                    for (int j = Math.Max(i, other * Tile); j < Math.Min(count, other * Tile + Tile); j++)
                    {
                        float both = (affinities[i * count + j] + affinities[j * count + i]) * scale;
                        affinities[i * count + j] = affinities[j * count + i] = both;
                    }
        });
    }
}
