using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Mapping;

/// <summary>How <see cref="NeighborEmbedding"/> works.</summary>
internal sealed record NeighborEmbeddingOptions
{
    /// <summary>About how many neighbours of a point count, 2 or more; fewer than a third of the points.</summary>
    internal double Perplexity { get; init; } = 30;

    /// <summary>Steps; the first third draws groups together (early exaggeration).</summary>
    internal int Steps { get; init; } = 750;
}

/// <summary>
/// t-SNE (van der Maaten and Hinton 2008), exact: all pairs in every step, so O(N^2) memory and time. Starts from the first two
/// principal components (Kobak and Berens 2019), so nothing is drawn at random and equal rows give equal maps.
/// </summary>
internal static class NeighborEmbedding
{
    /// <summary>Most points: the affinities of all pairs take 400 MB then.</summary>
    internal const int MaxPoints = 10_000;

    private const float Exaggeration = 12;

    /// <summary>Rows to places in the plane: 2 N numbers.</summary>
    /// <param name="rows">N * D numbers; a few dozen for each row: reduce them first.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellation">Stops between steps.</param>
    internal static float[] Embed(
        float[] rows, int dimensions, NeighborEmbeddingOptions options, IProgress<DecodingProgress>? progress,
        CancellationToken cancellation)
    {
        int count = rows.Length / dimensions;
        float[] affinities = NeighborAffinities.Compute(
            rows, dimensions, Math.Min(options.Perplexity, (count - 1) / 3.0), cancellation);
        float[] y = Start(rows, dimensions), speed = new float[y.Length], gains = new float[y.Length];
        Array.Fill(gains, 1f);
        // Belkina et al. 2019: rates that grow with N keep large maps from standing still.
        float rate = (float)Math.Max(50, count / Exaggeration / 4);
        for (int step = 0; step < options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool early = step < options.Steps / 3;
            Move(y, speed, gains, Gradient(affinities, y, early ? Exaggeration : 1), rate, early ? 0.5f : 0.8f);
            progress?.Report(new DecodingProgress(step + 1, options.Steps, 0));
        }
        return y;
    }

    private static float[] Start(float[] rows, int dimensions)
    {
        float[] plane = PrincipalComponents.Project(rows, dimensions, 2);
        if (dimensions < 2)
            plane = [.. plane.SelectMany(x => (float[])[x, 0])];
        double squares = 0;
        for (int i = 0; i < plane.Length; i += 2)
            squares += (double)plane[i] * plane[i];
        float scale = (float)(1e-4 / Math.Max(Math.Sqrt(squares / (plane.Length / 2)), 1e-12));
        return Array.ConvertAll(plane, value => value * scale);
    }

    /// <summary>
    /// 4 sum_j (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2), with the affinities p multiplied by the exaggeration.
    /// </summary>
    internal static float[] Gradient(float[] affinities, float[] y, float exaggeration)
    {
        int count = y.Length / 2;
        float[] xs = new float[count], ys = new float[count];
        for (int i = 0; i < count; i++)
            (xs[i], ys[i]) = (y[2 * i], y[2 * i + 1]);
        Forces[] forces = new Forces[count];
        Parallel.For(0, (count + 63) / 64, block =>
        {
            for (int i = 64 * block; i < Math.Min(count, 64 * block + 64); i++)
                forces[i] = Pull(affinities.AsSpan(i * count, count), xs, ys, i);
        });
        // A point's closeness to itself is 1, and tells nothing: a point does not push itself.
        double sum = forces.Sum(force => (double)force.Closeness) - count;
        float[] gradient = new float[y.Length];
        for (int i = 0; i < count; i++)
        {
            gradient[2 * i] = (float)(4 * (exaggeration * forces[i].PullX - forces[i].PushX / sum));
            gradient[2 * i + 1] = (float)(4 * (exaggeration * forces[i].PullY - forces[i].PushY / sum));
        }
        return gradient;
    }

    // One pass over all others: what draws a point to its neighbours, and what drives it from everyone, before both are weighed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Forces Pull(ReadOnlySpan<float> affinities, float[] xs, float[] ys, int point)
    {
        ref float p = ref MemoryMarshal.GetReference(affinities);
        Vector<float> x = new(xs[point]), y = new(ys[point]), closeness = default, pullX = default, pullY = default,
            pushX = default, pushY = default;
        int j = 0;
        for (; j + Vector<float>.Count <= xs.Length; j += Vector<float>.Count)
        {
            Vector<float> dx = x - Vector.LoadUnsafe(ref xs[0], (nuint)j), dy = y - Vector.LoadUnsafe(ref ys[0], (nuint)j);
            Vector<float> q = Vector<float>.One / Vector.FusedMultiplyAdd(
                dx, dx, Vector.FusedMultiplyAdd(dy, dy, Vector<float>.One));
            Vector<float> pull = Vector.LoadUnsafe(ref p, (nuint)j) * q, push = q * q;
            closeness += q;
            (pullX, pullY) = (Vector.FusedMultiplyAdd(pull, dx, pullX), Vector.FusedMultiplyAdd(pull, dy, pullY));
            (pushX, pushY) = (Vector.FusedMultiplyAdd(push, dx, pushX), Vector.FusedMultiplyAdd(push, dy, pushY));
        }
        Forces all = new(Vector.Sum(closeness), Vector.Sum(pullX), Vector.Sum(pullY), Vector.Sum(pushX), Vector.Sum(pushY));
        for (; j < xs.Length; j++)
        {
            float dx = xs[point] - xs[j], dy = ys[point] - ys[j], q = 1 / (1 + dx * dx + dy * dy), pull = affinities[j] * q,
                push = q * q;
            all = new(
                all.Closeness + q, all.PullX + pull * dx, all.PullY + pull * dy, all.PushX + push * dx, all.PushY + push * dy);
        }
        return all;
    }

    // Delta-bar-delta gains, as in the authors' code.
    private static void Move(float[] y, float[] speed, float[] gains, float[] gradient, float rate, float momentum)
    {
        for (int i = 0; i < y.Length; i++)
        {
            gains[i] = Math.Max(0.01f, Math.Sign(gradient[i]) == Math.Sign(speed[i]) ? 0.8f * gains[i] : gains[i] + 0.2f);
            speed[i] = momentum * speed[i] - rate * gains[i] * gradient[i];
            y[i] += speed[i];
        }
        for (int axis = 0; axis < 2; axis++)
        {
            double mean = 0;
            for (int i = axis; i < y.Length; i += 2)
                mean += y[i];
            mean /= y.Length / 2;
            for (int i = axis; i < y.Length; i += 2)
                y[i] -= (float)mean;
        }
    }

    private readonly record struct Forces(float Closeness, float PullX, float PullY, float PushX, float PushY);
}
