using System.Numerics.Tensors;
using SpotArtifacts.Features.Numerics;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Mapping;

// N rows, D numbers of each, k components, m steps.

/// <summary>
/// The directions in which rows vary most (PCA), by Lanczos' method: the covariance is never formed, only multiplied with, and
/// m steps give its k strongest eigenvectors where all D would take D^3 operations. Each new direction is made orthogonal to
/// all before it, twice, so that rounding brings none back.
/// </summary>
internal static class PrincipalComponents
{
    // What is left of an eigenvector's equation, as a share of the largest eigenvalue.
    private const double Tolerance = 1e-5;

    // The rows are always summed up in so many parts, however many cores there are: equal rows give equal bits.
    private const int Parts = 16, MaxSteps = 600;

    /// <summary>
    /// Rows projected onto their first k components (N * k numbers), the strongest first; k is at most D. Each component's sign
    /// is such that
    /// its largest entry is positive.
    /// </summary>
    internal static float[] Project(float[] rows, int dimensions, int k)
    {
        int count = rows.Length / dimensions;
        k = Math.Min(k, dimensions);
        float[] centred = Centre(rows, dimensions);
        float[][] components = Components(centred, dimensions, k);
        float[] flat = [.. components.SelectMany(component => component)], result = new float[count * k];
        DotProducts.Compute(centred, flat, dimensions, result);
        return result;
    }

    private static float[] Centre(float[] rows, int dimensions)
    {
        double[] mean = new double[dimensions];
        for (int at = 0; at < rows.Length; at += dimensions)
            for (int i = 0; i < dimensions; i++)
                mean[i] += rows[at + i];
        float[] middle = Array.ConvertAll(mean, sum => (float)(sum * dimensions / rows.Length)), centred = new float[rows.Length];
        for (int at = 0; at < rows.Length; at += dimensions)
            TensorPrimitives.Subtract(rows.AsSpan(at, dimensions), middle, centred.AsSpan(at, dimensions));
        return centred;
    }

    private static float[][] Components(float[] centred, int dimensions, int k)
    {
        List<float[]> basis = [];
        List<double> diagonal = [], beside = [];
        SeededRandom random = new(1);
        // Looked at when it may be enough, then after a quarter more steps each time: that takes m^3 operations.
        int most = Math.Min(dimensions, Math.Max(MaxSteps, 4 * k)), check = 2 * k + 20;
        float[] next = NewDirection(basis, dimensions, ref random);
        while (true)
        {
            basis.Add(next);
            float[] product = Multiply(centred, dimensions, next);
            diagonal.Add(TensorPrimitives.Dot<float>(product, next));
            Orthogonalize(product, basis);
            double length = TensorPrimitives.Norm<float>(product), scale = Math.Max(diagonal.Max(), 1e-30);
            bool last = basis.Count == most;
            if (last || basis.Count == check)
            {
                check += check / 4;
                TridiagonalEigen eigen = TridiagonalEigen.Of([.. diagonal], [.. beside]);
                if (last || eigen.Residual(k, length) <= Tolerance * scale)
                    return [.. Enumerable.Range(0, k).Select(i => Combine(basis, eigen, i))];
            }
            // Nothing left: what is reached from here has been seen whole. Another direction finds what is apart from it.
            bool apart = length <= 1e-7 * scale;
            beside.Add(apart ? 0 : length);
            if (!apart)
                TensorPrimitives.Divide(product, (float)length, product);
            next = apart ? NewDirection(basis, dimensions, ref random) : product;
        }
    }

    // The covariance times a direction: each row's product with it, times the row.
    private static float[] Multiply(float[] centred, int dimensions, float[] direction)
    {
        int count = centred.Length / dimensions;
        float[][] sums = new float[Parts][];
        Parallel.For(0, Parts, part =>
        {
            float[] sum = new float[dimensions];
            for (int row = (int)((long)count * part / Parts); row < (int)((long)count * (part + 1) / Parts); row++)
                RowProducts.Add(centred.AsSpan(row * dimensions, dimensions), direction, 1, sum);
            sums[part] = sum;
        });
        for (int part = 1; part < Parts; part++)
            TensorPrimitives.Add(sums[0], sums[part], sums[0]);
        TensorPrimitives.Divide(sums[0], count, sums[0]);
        return sums[0];
    }

    private static float[] NewDirection(List<float[]> basis, int dimensions, ref SeededRandom random)
    {
        float[] direction = new float[dimensions];
        for (int i = 0; i < dimensions; i++)
            direction[i] = (float)random.NextDouble(-1, 1);
        Orthogonalize(direction, basis);
        UnitLength.Scale(direction);
        return direction;
    }

    private static void Orthogonalize(Span<float> vector, List<float[]> basis)
    {
        for (int pass = 0; pass < 2; pass++)
            foreach (float[] one in basis)
                RowProducts.Add(one, vector, -1, vector);
    }

    private static float[] Combine(List<float[]> basis, TridiagonalEigen eigen, int component)
    {
        float[] vector = new float[basis[0].Length];
        for (int step = 0; step < basis.Count; step++)
            TensorPrimitives.MultiplyAdd(basis[step], (float)eigen.Entry(component, step), vector, vector);
        UnitLength.Scale(vector);
        if (vector[TensorPrimitives.IndexOfMaxMagnitude<float>(vector)] < 0)
            TensorPrimitives.Negate(vector, vector);
        return vector;
    }
}
