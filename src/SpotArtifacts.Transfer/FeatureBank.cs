using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer.Evaluation;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer;

/// <summary>One layer's features of a set of images, computed once.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Rows">(N, D), one row an image.</param>
/// <param name="Labels">N labels.</param>
public sealed record FeatureBank(string Layer, Tensor Rows, int[] Labels) : IDisposable
{
    /// <summary>
    /// Most numbers a layer may give after pooling: grids 10, 6, 5, 5, 6 for AlexNet's conv1 to conv5 (Zhang et al. 2016).
    /// </summary>
    public const int MaxDimensions = 9600;

    /// <summary>Numbers for each image.</summary>
    public int Dimensions => (int)Rows.shape[1];

    /// <summary>Computes the features of all layers in one pass; evaluation view, no augmentation.</summary>
    /// <param name="extractor">The network.</param>
    /// <param name="source">The images.</param>
    /// <param name="stop">Looked at between batches; what was computed is freed.</param>
    /// <returns>One bank for each layer; the caller disposes them.</returns>
    public static IReadOnlyList<FeatureBank> Compute(
        FeatureExtractor extractor, LabelledImages source, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        return FeatureBankFilling.Pass(extractor, source, new EvaluationView(extractor.ImageSize),
            [new FeatureReduction(ReductionMethod.Average)], stop: stop)[0];
    }

    /// <inheritdoc/>
    public void Dispose() => Rows.Dispose();
}
