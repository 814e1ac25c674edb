using SpotArtifacts.Torch;

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

    /// <summary>Fraction of test rows classified rightly by the training rows.</summary>
    /// <param name="train">Gallery.</param>
    /// <param name="test">Queries.</param>
    /// <param name="classes">Number of classes.</param>
    public double Top1(FeatureBank train, FeatureBank test, int classes)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        using GradMode off = Autograd.Disable();
        using var scope = new TensorScope();
        Tensor mean = train.Rows.Mean([0], keep: true);
        Tensor gallery = Unit(train.Rows, mean).Transpose(0, 1);
        int right = 0;
        for (int first = 0; first < test.Labels.Length; first += Chunk)
        {
            int count = Math.Min(Chunk, test.Labels.Length - first);
            using var inner = new TensorScope();
            Tensor similarity = Unit(test.Rows.Narrow(0, first, count), mean).MatMul(gallery);
            (Tensor values, Tensor indices) = similarity.TopK(Math.Min(Neighbors, train.Labels.Length));
            right += CountRight(values.ToArray<float>(), indices.ToArray<long>(), train.Labels, test.Labels.AsSpan(first, count), classes);
        }
        return (double)right / test.Labels.Length;
    }

    /// <summary>Indices of the k closest gallery rows (N, D) of each query row (Q, D), closest first: Q * min(k, N) numbers.</summary>
    public long[] Find(Tensor gallery, Tensor queries)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        using GradMode off = Autograd.Disable();
        using var scope = new TensorScope();
        Tensor mean = gallery.Mean([0], keep: true);
        return Unit(queries, mean).MatMul(Unit(gallery, mean).Transpose(0, 1)).TopK((int)Math.Min(Neighbors, gallery.Shape[0])).Indices.ToArray<long>();
    }

    // Activations after ReLU all point the same way: without centring every cosine is near 1.
    private static Tensor Unit(Tensor rows, Tensor mean)
    {
        Tensor centred = rows - mean;
        return centred / centred.Square().Sum([1], keep: true).Sqrt().AtLeast(1e-12);
    }

    private int CountRight(float[] values, long[] indices, int[] trainLabels, ReadOnlySpan<int> testLabels, int classes)
    {
        int neighbors = values.Length / testLabels.Length, right = 0;
        double[] votes = new double[classes];
        for (int i = 0; i < testLabels.Length; i++)
        {
            Array.Clear(votes);
            for (int n = i * neighbors; n < (i + 1) * neighbors; n++) votes[trainLabels[indices[n]]] += Math.Exp(values[n] / Temperature);
            if (Array.IndexOf(votes, votes.Max()) == testLabels[i]) right++;
        }
        return right;
    }
}
