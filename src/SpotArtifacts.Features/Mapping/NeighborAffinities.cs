using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpotArtifacts.Features.Numerics;

namespace SpotArtifacts.Features.Mapping;

/// <summary>How much each point counts as a neighbour of each other (van der Maaten and Hinton 2008, section 2).</summary>
internal static class NeighborAffinities
{
    private const int RowsAtOnce = 32, MaxRounds = 50, Tile = 64;

    // A point is no neighbour of its own: so far away that its weight is 0.
    private const float Itself = 1e30f;

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
                double mean = ToDistances(row, squares, first + i, distances);
                Weigh(distances, mean, entropy, row);
            }
        });
        Symmetrize(affinities, count);
        return affinities;
    }

    // |a - b|^2 = |a|^2 + |b|^2 - 2 a b, counted from the nearest: affinities are the same, and none becomes 0 because all are
    // far. Returns their mean.
    private static double ToDistances(ReadOnlySpan<float> products, float[] squares, int point, float[] distances)
    {
        TensorPrimitives.MultiplyAdd(products, -2f, squares, distances);
        distances[point] = Itself;
        TensorPrimitives.Subtract(distances, TensorPrimitives.Min<float>(distances), distances);
        distances[point] = 0;
        double mean = TensorPrimitives.Sum<float>(distances) / distances.Length;
        distances[point] = Itself;
        return mean;
    }

    /// <summary>exp(-beta d^2), divided by its sum; beta is bisected until the row's entropy is the wanted one.</summary>
    private static void Weigh(float[] distances, double mean, double entropy, Span<float> weights)
    {
        // Distances differ by orders of magnitude between sets: begin at the row's own scale.
        double beta = 1 / Math.Max(mean, 1e-12), low = 0, high = double.PositiveInfinity;
        float sum = 1;
        for (int round = 0; round < MaxRounds; round++)
        {
            (sum, float spread) = Fall(distances, (float)beta, weights);
            double excess = Math.Log(sum) + beta * spread / sum - entropy;
            if (Math.Abs(excess) < 1e-4)
                break;
            if (excess > 0)
                (low, beta) = (beta, double.IsInfinity(high) ? 2 * beta : (beta + high) / 2);
            else
                (high, beta) = (beta, (beta + low) / 2);
        }
        TensorPrimitives.Divide(weights, sum, weights);
    }

    // exp(-beta d) of each; their sum, and the sum of each times its d.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Sum, float Spread) Fall(float[] distances, float beta, Span<float> weights)
    {
        ref float w = ref MemoryMarshal.GetReference(weights);
        Vector<float> rate = new(-beta), sums = default, spreads = default;
        int i = 0;
        for (; i + Vector<float>.Count <= distances.Length; i += Vector<float>.Count)
        {
            Vector<float> distance = Vector.LoadUnsafe(ref distances[0], (nuint)i), weight = Vector.Exp(distance * rate);
            weight.StoreUnsafe(ref w, (nuint)i);
            (sums, spreads) = (sums + weight, Vector.FusedMultiplyAdd(weight, distance, spreads));
        }
        (float sum, float spread) = (Vector.Sum(sums), Vector.Sum(spreads));
        for (; i < distances.Length; i++)
        {
            weights[i] = MathF.Exp(-beta * distances[i]);
            (sum, spread) = (sum + weights[i], spread + weights[i] * distances[i]);
        }
        return (sum, spread);
    }

    // (P + P^T) / 2N, in tiles that stay in the cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
