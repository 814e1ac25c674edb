using SpotArtifacts.Images;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Transfer;

/// <summary>One layer's features of a set of images, computed once.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Rows">(N, D), one row an image.</param>
/// <param name="Labels">N labels.</param>
public sealed record FeatureBank(string Layer, Tensor Rows, int[] Labels) : IDisposable
{
    /// <summary>Most numbers a layer may give after pooling: grids 10, 6, 5, 5, 6 for AlexNet's conv1 to conv5 (Zhang et al. 2016).</summary>
    public const int MaxDimensions = 9600;

    private const int Batch = 250;

    /// <summary>Numbers for each image.</summary>
    public int Dimensions => (int)Rows.Shape[1];

    /// <summary>Computes the features of all layers in one pass; evaluation view, no augmentation.</summary>
    /// <returns>One bank for each layer; the caller disposes them.</returns>
    public static IReadOnlyList<FeatureBank> Compute(FeatureExtractor extractor, LabelledImages source)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        ArgumentNullException.ThrowIfNull(source);
        using GradMode off = Autograd.Disable();
        var rows = new List<(string Layer, Tensor Rows)>();
        long done = 0;
        foreach (LoadedBatch batch in BatchLoader.Pass(source.Images, source.Indices, new EvaluationView(extractor.ImageSize), Batch))
        {
            using var scope = new TensorScope();
            Tensor images = Tensor.From<float>(batch.Pixels, batch.Count, 3, batch.Size, batch.Size).ChannelsLast();
            IReadOnlyList<(string Layer, Tensor Features)> layers = extractor.Extract(images);
            for (int i = 0; i < layers.Count; i++)
            {
                Tensor pooled = Pool(layers[i].Features);
                if (rows.Count == i) rows.Add((layers[i].Layer, Tensor.Full(0, "cpu", source.Count, pooled.Shape[1]).Detached()));
                rows[i].Rows.Narrow(0, done, batch.Count).CopyInPlace(pooled);
            }
            done += batch.Count;
            batch.Dispose();
        }
        int[] labels = source.Labels();
        return [.. rows.Select(r => new FeatureBank(r.Layer, r.Rows, labels))];
    }

    /// <summary>Mean-pools (B, C, H, W) to the largest grid that keeps C * g * g within <see cref="MaxDimensions"/>: (B, C * g * g).</summary>
    public static Tensor Pool(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        int grid = Math.Max(1, (int)Math.Sqrt((double)MaxDimensions / features.Shape[1]));
        int rows = (int)Math.Min(grid, features.Shape[2]), columns = (int)Math.Min(grid, features.Shape[3]);
        Tensor pooled = rows == features.Shape[2] && columns == features.Shape[3] ? features : Functions.AdaptiveAveragePool(features, rows, columns);
        return pooled.Reshape(features.Shape[0], -1);
    }

    /// <inheritdoc/>
    public void Dispose() => Rows.Dispose();
}
