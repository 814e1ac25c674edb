using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer;

/// <summary>
/// Weighted k-nearest-neighbour classification: cosine similarity, each neighbour votes exp(similarity / temperature)
/// (facebookresearch/dinov2 <c>eval/knn.py</c>: k = 20, temperature 0.07).
/// </summary>
/// <param name="Neighbors">k.</param>
/// <param name="Temperature">Smaller trusts the nearest more.</param>
public sealed record NearestNeighbors(int Neighbors = 20, double Temperature = 0.07)
{
    private const int Chunk = 500;

    /// <summary>Whether the gallery's mean is taken off all rows first: activations after ReLU all point the same way.</summary>
    public bool Center { get; init; } = true;

    /// <summary>Fraction of test rows classified rightly by the training rows.</summary>
    /// <param name="train">Gallery.</param>
    /// <param name="test">Queries.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="stop">Looked at between chunks of queries; nothing is left behind.</param>
    public double Top1(FeatureBank train, FeatureBank test, int classes, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        return Accuracy(Rank(train.Rows, test.Rows, stop), train.Labels, test.Labels, Neighbors, classes);
    }

    /// <summary>The k nearest gallery rows (N, D) of each query row (Q, D), closest first.</summary>
    /// <param name="gallery">(N, D).</param>
    /// <param name="queries">(Q, D).</param>
    /// <param name="stop">Looked at between chunks of queries.</param>
    public NeighborRanking Rank(Tensor gallery, Tensor queries, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(queries);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor? mean = Center ? gallery.mean([0], keepdim: true) : null;
        Tensor units = Unit(gallery, mean).transpose(0, 1);
        int depth = (int)Math.Min(Neighbors, gallery.shape[0]), count = (int)queries.shape[0];
        var ranking = new NeighborRanking(new float[(long)count * depth], new long[(long)count * depth], depth);
        for (int first = 0; first < count; first += Chunk)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            int rows = Math.Min(Chunk, count - first);
            (Tensor values, Tensor indices) = Unit(queries.narrow(0, first, rows), mean).matmul(units).topk(depth);
            values.CopyTo(ranking.Similarities.AsSpan(first * depth, rows * depth));
            indices.CopyTo(ranking.Indices.AsSpan(first * depth, rows * depth));
        }
        return ranking;
    }

    /// <summary>Fraction of queries whose first k neighbours vote for their label; of equal votes the lower class wins.</summary>
    /// <param name="ranking">At least as deep as k, or as there are gallery rows.</param>
    /// <param name="galleryLabels">N labels.</param>
    /// <param name="queryLabels">Q labels, 1 or more.</param>
    /// <param name="k">Voters, 1 or more.</param>
    /// <param name="classes">Number of classes.</param>
    public double Accuracy(NeighborRanking ranking, ReadOnlySpan<int> galleryLabels, ReadOnlySpan<int> queryLabels, int k,
        int classes)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        int right = 0;
        double[] votes = new double[classes];
        for (int q = 0; q < queryLabels.Length; q++)
        {
            Array.Clear(votes);
            for (int n = q * ranking.Depth; n < q * ranking.Depth + Math.Min(k, ranking.Depth); n++)
                votes[galleryLabels[(int)ranking.Indices[n]]] += Math.Exp(ranking.Similarities[n] / Temperature);
            if (Array.IndexOf(votes, votes.Max()) == queryLabels[q])
                right++;
        }
        return (double)right / queryLabels.Length;
    }

    /// <summary>
    /// Indices of the k closest gallery rows (N, D) of each query row (Q, D), closest first: Q * min(k, N) numbers.
    /// </summary>
    /// <param name="gallery">(N, D).</param>
    /// <param name="queries">(Q, D).</param>
    /// <param name="stop">Looked at between chunks of queries; nothing is left behind.</param>
    public long[] Find(Tensor gallery, Tensor queries, CancellationToken stop = default) =>
        Rank(gallery, queries, stop).Indices;

    private static Tensor Unit(Tensor rows, Tensor? mean)
    {
        Tensor centred = mean is null ? rows : rows - mean;
        return centred / centred.Squared().sum([1], keepdim: true).sqrt().AtLeast(1e-12);
    }
}

/// <summary>Neighbours of queries, closest first.</summary>
/// <param name="Similarities">Q * depth cosines.</param>
/// <param name="Indices">Q * depth gallery rows.</param>
/// <param name="Depth">Neighbours of each query.</param>
public sealed record NeighborRanking(float[] Similarities, long[] Indices, int Depth);
