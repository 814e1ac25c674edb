using SpotArtifacts.Torch;

namespace SpotArtifacts.Features;

// B images, C channels, H rows, W columns of a layer; D numbers of a vector.

/// <summary>A layer's grid to vectors.</summary>
public static class FeaturePooler
{
    private static readonly Operator s_largest = Operator.Find("aten::amax");

    /// <summary>(B, C, H, W) to (B, D), row-major.</summary>
    /// <param name="features">A layer's activations.</param>
    /// <param name="pooling">How the grid becomes a vector.</param>
    /// <param name="normalize">Scale each row to length 1.</param>
    public static Tensor Pool(Tensor features, FeaturePooling pooling, bool normalize)
    {
        ArgumentNullException.ThrowIfNull(features);
        Tensor pooled = pooling switch
        {
            FeaturePooling.Mean => features.Mean([2, 3]),
            FeaturePooling.Max => s_largest.Call(features, new long[] { 2, 3 }, false),
            FeaturePooling.Grid => Functions.AdaptiveAveragePool(features, 2, 2),
            _ => features,
        };
        // A reshape of channels-last features copies them into row-major order.
        Tensor rows = pooled.Reshape(features.Shape[0], -1);
        return normalize ? Unit(rows) : rows;
    }

    /// <summary>Each row of (N, D) divided by its length; a row of zeros stays one.</summary>
    public static Tensor Unit(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows / rows.Square().Sum([1], keep: true).Sqrt().AtLeast(1e-12);
    }
}
