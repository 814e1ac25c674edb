namespace SpotArtifacts.Features.Onnx;

// N images, S image side, K channels, M rows and columns of the keep mask.

/// <summary>
/// Names of the values in an exported model's graph (docs/onnx.md). The exporter writes them, a model is cut along them. Layers
/// go by <see cref="FeatureLayers.Name"/>.
/// </summary>
internal static class ModelValues
{
    /// <summary>What the file takes: uint8 (N, S, S, 3), or float32 (N, 3, S, S) from 0 to 1.</summary>
    internal const string Input = "input";

    /// <summary>
    /// Inside every graph: float32 (N, 3, S, S), RGB from 0 to 255. What is fed here has not been rounded to bytes.
    /// </summary>
    internal const string Pixels = "pixels";

    /// <summary>A layer pooled into a vector.</summary>
    internal const string Vector = "output";

    /// <summary>All layers together, whitened: (N, D).</summary>
    internal const string Whitened = "whitened";

    /// <summary>How likely each image was repaired, 0 to 1: (N).</summary>
    internal const string RepairedProbability = "repaired_probability";

    /// <summary>How likely each place was kept, 0 to 1: (N, 1, M, M).</summary>
    internal const string KeepMask = "keep_mask";

    /// <summary>Probabilities of a baseline's classes: (N, classes).</summary>
    internal const string ClassProbabilities = "class_probabilities";

    /// <summary>The images through the autoencoder: (N, 3, S, S), RGB from 0 to 255, as <see cref="Pixels"/>.</summary>
    internal const string Autoencoded = "autoencoded";
}
