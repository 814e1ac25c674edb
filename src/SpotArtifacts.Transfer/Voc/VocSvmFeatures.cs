using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>Frozen features of a split for support vector machines: reduced, and each row of Euclidean length 1.</summary>
internal static class VocSvmFeatures
{
    private const int Batch = 50;

    /// <summary>Rows of all layers; the caller disposes them.</summary>
    internal static IReadOnlyList<(string Layer, Tensor Rows)> Compute(
        FeatureExtractor extractor, VocImages images, FeatureReduction reduction, IImageView view,
        EvaluationProgress.Stretch stretch, CancellationToken stop)
    {
        using IDisposable off = no_grad();
        List<(string Layer, List<Tensor> Parts)> parts = [];
        float[] pixels = new float[Batch * 3 * view.Size * view.Size];
        for (int first = 0; first < images.Count; first += Batch)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(Batch, images.Count - first), values = pixels.Length / Batch;
            for (int i = 0; i < count; i++)
                view.Apply(images.Get(first + i), 0, pixels.AsSpan(i * values, values));
            Tensor batch = TensorData.From<float>(pixels.AsSpan(0, count * values), count, 3, view.Size, view.Size)
                .ToChannelsLast();
            IReadOnlyList<(string Layer, Tensor Features)> layers = extractor.Extract(batch);
            for (int i = 0; i < layers.Count; i++)
            {
                if (parts.Count == i)
                    parts.Add((layers[i].Layer, []));
                Tensor rows = reduction.Apply(layers[i].Features);
                parts[i].Parts.Add((rows / rows.Squared().sum([1], keepdim: true).sqrt().Plus(1e-8)).DetachFromDisposeScope());
            }
            stretch.Report(first + count);
        }
        return [.. parts.Select(layer => (layer.Layer, Join(layer.Parts)))];
    }

    private static Tensor Join(List<Tensor> parts)
    {
        Tensor joined = cat([.. parts], 0).DetachFromDisposeScope();
        foreach (Tensor part in parts)
            part.Dispose();
        return joined;
    }
}
