using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Sharing;
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
        EvaluationProgress.Stretch stretch, IWorkShare share, CancellationToken stop)
    {
        using IDisposable off = no_grad();
        share.RequireSame("split of images", string.Join('\n', images.Ids));
        List<(string Layer, List<Tensor> Parts)> parts = [];
        float[] pixels = new float[Batch * 3 * view.Size * view.Size];
        int batches = (images.Count + Batch - 1) / Batch;
        for (int begin = 0; begin < batches; begin += share.Size)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            // Of each round of batches each process makes one, and has all then; the last one is made by all that are left.
            IReadOnlyList<(string Layer, Tensor Rows)> mine = Rows(Math.Min(begin + share.Rank, batches - 1));
            for (int rank = 0; rank < Math.Min(share.Size, batches - begin); rank++)
                for (int i = 0; i < mine.Count; i++)
                {
                    if (parts.Count == i)
                        parts.Add((mine[i].Layer, []));
                    Tensor rows = rank == share.Rank ? mine[i].Rows : TensorData.Full(0, CPU, CountOf(begin + rank),
                        mine[i].Rows.shape[1]);
                    share.Broadcast(rows, rank);
                    parts[i].Parts.Add(rows.DetachFromDisposeScope());
                }
            stretch.Report(Math.Min((begin + share.Size) * Batch, images.Count));
        }
        return [.. parts.Select(layer => (layer.Layer, Join(layer.Parts)))];

        int CountOf(int batch) => Math.Min(Batch, images.Count - batch * Batch);

        IReadOnlyList<(string, Tensor)> Rows(int number)
        {
            int count = CountOf(number), values = pixels.Length / Batch;
            for (int i = 0; i < count; i++)
                view.Apply(images.Get(number * Batch + i), 0, pixels.AsSpan(i * values, values));
            Tensor batch = TensorData.From<float>(pixels.AsSpan(0, count * values), count, 3, view.Size, view.Size)
                .ToChannelsLast();
            return [.. extractor.Extract(batch).Select(layer => (layer.Layer, Normalised(reduction.Apply(layer.Features))))];
        }
    }

    private static Tensor Normalised(Tensor rows) => rows / rows.Squared().sum([1], keepdim: true).sqrt().Plus(1e-8);

    private static Tensor Join(List<Tensor> parts)
    {
        Tensor joined = cat([.. parts], 0).DetachFromDisposeScope();
        foreach (Tensor part in parts)
            part.Dispose();
        return joined;
    }
}
