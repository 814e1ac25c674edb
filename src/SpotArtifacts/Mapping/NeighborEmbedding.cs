using SpotArtifacts.Torch;

namespace SpotArtifacts.Mapping;

/// <summary>How <see cref="NeighborEmbedding"/> works.</summary>
internal sealed record NeighborEmbeddingOptions
{
    /// <summary>About how many neighbours of a point count, 2 or more; fewer than a third of the points.</summary>
    internal double Perplexity { get; init; } = 30;

    /// <summary>Steps; the first third draws groups together (early exaggeration).</summary>
    internal int Steps { get; init; } = 750;
}

/// <summary>
/// t-SNE (van der Maaten and Hinton 2008), exact: all pairs, by matrix operations, so O(N^2) memory and time. Starts from the first two
/// principal components (Kobak and Berens 2019), so nothing is drawn at random and equal rows give equal maps.
/// </summary>
internal static class NeighborEmbedding
{
    /// <summary>Most points: a matrix of all pairs is 400 MB then, and three are needed.</summary>
    internal const int MaxPoints = 10_000;

    private const double Exaggeration = 12;

    private static readonly Operator s_exp = Operator.Find("aten::exp_");
    private static readonly Operator s_reciprocal = Operator.Find("aten::reciprocal_");
    private static readonly Operator s_scale = Operator.Find("aten::mul_", "Scalar");
    private static readonly Operator s_multiply = Operator.Find("aten::mul_", "Tensor");
    private static readonly Operator s_add = Operator.Find("aten::add_", "Tensor");
    private static readonly Operator s_fillDiagonal = Operator.Find("aten::fill_diagonal_");

    /// <summary>Rows (N, D) to places in the plane: 2 N numbers.</summary>
    /// <param name="rows">A few dozen numbers each: reduce them first.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told the number of steps done.</param>
    /// <param name="cancellation">Stops between steps.</param>
    internal static float[] Embed(Tensor rows, NeighborEmbeddingOptions options, Action<int>? progress, CancellationToken cancellation)
    {
        int count = (int)rows.Shape[0];
        using TensorScope scope = new();
        Tensor affinities = Affinities(rows, Math.Min(options.Perplexity, (count - 1) / 3.0), cancellation);
        Tensor places = Start(rows);
        float[] y = places.ToArray<float>(), speed = new float[y.Length], gains = new float[y.Length];
        Array.Fill(gains, 1f);
        // Belkina et al. 2019: rates that grow with N keep large maps from standing still.
        float rate = (float)Math.Max(50, count / Exaggeration / 4);
        for (int step = 0; step < options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool early = step < options.Steps / 3;
            float[] gradient = Gradient(affinities, y, early ? Exaggeration : 1);
            Move(y, speed, gains, gradient, rate, early ? 0.5f : 0.8f);
            progress?.Invoke(step + 1);
        }
        return y;
    }

    /// <summary>Symmetric affinities (N, N) that sum to 1; each row's entropy is that of so many equal neighbours.</summary>
    internal static Tensor Affinities(Tensor rows, double perplexity, CancellationToken cancellation)
    {
        int count = (int)rows.Shape[0];
        using TensorScope scope = new();
        Tensor distances = SquaredDistances(rows);
        s_fillDiagonal.Run(distances, 0.0);
        double target = Math.Log(perplexity);
        double[] beta = new double[count], low = new double[count], high = new double[count];
        // Distances differ by orders of magnitude between sets: begin at each row's own scale.
        float[] means = distances.Mean([1]).ToArray<float>();
        for (int i = 0; i < count; i++) (beta[i], high[i]) = (1 / Math.Max(means[i], 1e-12f), double.PositiveInfinity);
        Tensor? affinities = null;
        for (int round = 0; round < 50; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope inner = new();
            Tensor factors = Tensor.From<float>(Array.ConvertAll(beta, b => (float)-b).AsSpan(), count, 1);
            Tensor weights = distances * factors;
            s_exp.Run(weights);
            s_fillDiagonal.Run(weights, 0.0);
            Tensor sums = weights.Sum([1], keep: true).AtLeast(1e-30);
            s_multiply.Run(weights, OneOver(sums));
            affinities?.Dispose();
            affinities = inner.Keep(weights);
            float[] logs = sums.ToArray<float>(), spread = (weights * distances).Sum([1]).ToArray<float>();
            bool near = true;
            for (int i = 0; i < count; i++)
            {
                double excess = Math.Log(logs[i]) + beta[i] * spread[i] - target;
                near &= Math.Abs(excess) < 1e-4;
                if (excess > 0) (low[i], beta[i]) = (beta[i], double.IsInfinity(high[i]) ? 2 * beta[i] : (beta[i] + high[i]) / 2);
                else (high[i], beta[i]) = (beta[i], (beta[i] + low[i]) / 2);
            }
            if (near) break;
        }
        Tensor symmetric = affinities! + affinities!.Transpose(0, 1);
        s_scale.Run(symmetric, 1.0 / (2 * count));
        return scope.Keep(symmetric);
    }

    private static Tensor Start(Tensor rows)
    {
        Tensor plane = PrincipalComponents.Project(rows, 2);
        if (plane.Shape[1] < 2) plane = Tensor.Concatenate(1, plane, plane * 0);
        double deviation = plane.Narrow(1, 0, 1).Square().Mean().Sqrt().ToSingle();
        return plane * (1e-4 / Math.Max(deviation, 1e-12));
    }

    // 4 sum_j (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2)
    private static float[] Gradient(Tensor affinities, float[] y, double exaggeration)
    {
        int count = y.Length / 2;
        using TensorScope scope = new();
        Tensor places = Tensor.From<float>(y.AsSpan(), count, 2);
        Tensor closeness = SquaredDistances(places) + 1;
        s_reciprocal.Run(closeness);
        // The diagonal is 1 each, and tells nothing: a point does not push itself.
        double sum = closeness.Sum().ToSingle() - count;
        Tensor forces = affinities * exaggeration;
        s_add.Run(forces, closeness, -1 / sum);
        s_multiply.Run(forces, closeness);
        Tensor gradient = (forces.Sum([1], keep: true) * places - forces.MatMul(places)) * 4;
        return gradient.ToArray<float>();
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
            for (int i = axis; i < y.Length; i += 2) mean += y[i];
            mean /= y.Length / 2;
            for (int i = axis; i < y.Length; i += 2) y[i] -= (float)mean;
        }
    }

    private static Tensor SquaredDistances(Tensor rows)
    {
        Tensor squares = rows.Square().Sum([1], keep: true);
        Tensor products = rows.MatMul(rows.Transpose(0, 1));
        s_scale.Run(products, -2.0);
        s_add.Run(products, squares);
        s_add.Run(products, squares.Transpose(0, 1));
        return products.AtLeast(0);
    }

    private static Tensor OneOver(Tensor values)
    {
        Tensor copy = values.Clone();
        s_reciprocal.Run(copy);
        return copy;
    }
}
