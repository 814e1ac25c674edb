using SpotArtifacts.Torch;

namespace SpotArtifacts.Mapping;

// N rows, D numbers of each, k components.

/// <summary>The directions in which rows vary most (PCA), by the eigenvectors of their covariance.</summary>
internal static class PrincipalComponents
{
    /// <summary>Most numbers of a row: the covariance is D x D, its eigenvectors take D^3 operations.</summary>
    internal const int MaxDimensions = 4096;

    private static readonly Operator s_eigenvectors = Operator.Find("aten::linalg_eigh");

    /// <summary>Rows (N, D) projected onto their first k components (N, k), the strongest first. Each component's sign is such that its largest entry is positive.</summary>
    /// <exception cref="SpotException">D is too large.</exception>
    internal static Tensor Project(Tensor rows, int k)
    {
        int dimensions = (int)rows.Shape[1];
        if (dimensions > MaxDimensions) throw new SpotException($"a map of vectors of {dimensions} numbers: the most is {MaxDimensions}; pool the layer (mean, max or grid)");
        k = Math.Min(k, dimensions);
        Tensor centred = rows - rows.Mean([0], keep: true);
        Tensor covariance = centred.Transpose(0, 1).MatMul(centred) / rows.Shape[0];
        // Eigenvalues rise, so the strongest components are the last columns.
        Tensor vectors = s_eigenvectors.CallMany(covariance, "L")[1]!.Narrow(1, dimensions - k, k);
        float[] values = vectors.Contiguous().ToArray<float>(), ordered = new float[values.Length];
        for (int component = 0; component < k; component++)
        {
            int column = k - 1 - component;
            float largest = 0;
            for (int i = 0; i < dimensions; i++)
                if (Math.Abs(values[i * k + column]) > Math.Abs(largest)) largest = values[i * k + column];
            for (int i = 0; i < dimensions; i++) ordered[i * k + component] = largest < 0 ? -values[i * k + column] : values[i * k + column];
        }
        return centred.MatMul(Tensor.From<float>(ordered.AsSpan(), dimensions, k));
    }
}
