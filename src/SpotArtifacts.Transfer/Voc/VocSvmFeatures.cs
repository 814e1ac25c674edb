using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>Frozen features of a split for support vector machines: reduced, and each row of Euclidean length 1.</summary>
internal static class VocSvmFeatures
{
    private const int Batch = 50;

    /// <summary>Rows of all layers; the caller disposes them.</summary>
    internal static IReadOnlyList<(string Layer, Tensor Rows)> Compute(
        FeatureExtractor extractor, VocImages images, FeatureReduction reduction, IImageView view, EvaluationProgress.Stretch stretch, CancellationToken stop)
    {
        using GradMode off = Autograd.Disable();
        List<(string Layer, List<Tensor> Parts)> parts = [];
        float[] pixels = new float[Batch * 3 * view.Size * view.Size];
        for (int first = 0; first < images.Count; first += Batch)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = new TensorScope();
            int count = Math.Min(Batch, images.Count - first), values = pixels.Length / Batch;
            for (int i = 0; i < count; i++) view.Apply(images.Get(first + i), 0, pixels.AsSpan(i * values, values));
            Tensor batch = Tensor.From<float>(pixels.AsSpan(0, count * values), count, 3, view.Size, view.Size).ChannelsLast();
            IReadOnlyList<(string Layer, Tensor Features)> layers = extractor.Extract(batch);
            for (int i = 0; i < layers.Count; i++)
            {
                if (parts.Count == i) parts.Add((layers[i].Layer, []));
                Tensor rows = reduction.Apply(layers[i].Features);
                parts[i].Parts.Add((rows / (rows.Square().Sum([1], keep: true).Sqrt() + 1e-8)).Detached());
            }
            stretch.Report(first + count);
        }
        return [.. parts.Select(layer => (layer.Layer, Join(layer.Parts)))];
    }

    private static Tensor Join(List<Tensor> parts)
    {
        Tensor joined = Tensor.Concatenate(0, [.. parts]).Detached();
        foreach (Tensor part in parts) part.Dispose();
        return joined;
    }
}
