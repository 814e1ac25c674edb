using System.Diagnostics;
using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Distributed;

/// <summary>
/// The mean of one network's gradients over the ranks, on its way in buckets, the last layers' first: between
/// <see cref="Start"/> and <see cref="Finish"/> other work goes on.
/// </summary>
internal sealed class GradientAverage
{
    /// <summary>Numbers in a bucket, at least one gradient: 8 MB.</summary>
    internal const long BucketLength = 2 << 20;

    private readonly RankGroup _group;
    private readonly List<(Tensor Values, IPendingSum? Sum)> _buckets = [];

    private GradientAverage(RankGroup group) => _group = group;

    /// <summary>Begins; null where one process trains alone.</summary>
    /// <param name="gradients">One for each parameter; replaced by tensors that hold the means after <see cref="Finish"/>.</param>
    /// <param name="parameters">Whose layout the exchanged numbers have: each rank's kernels may like another for gradients.</param>
    internal static GradientAverage? Start(Tensor[] gradients, IReadOnlyList<Tensor> parameters)
    {
        if (RankGroup.Current is not { } group || gradients.Length == 0)
            return null;
        GradientAverage average = new(group);
        using IDisposable off = no_grad();
        for (int end = gradients.Length; end > 0;)
        {
            int first = end - 1;
            long length = gradients[first].numel();
            while (first > 0 && length + gradients[first - 1].numel() <= BucketLength)
                length += gradients[--first].numel();
            average.StartBucket(gradients, parameters, first, end, length);
            end = first;
        }
        return average;
    }

    /// <summary>Waits for the sums and divides them.</summary>
    internal void Finish()
    {
        using IDisposable off = no_grad();
        foreach ((Tensor values, IPendingSum? sum) in _buckets)
        {
            long since = Stopwatch.GetTimestamp();
            if (sum is null)
                _group.Sum(values);
            else
                sum.Finish();
            TimeSpan waited = Stopwatch.GetElapsedTime(since);
            _group.Overlap.Count(values.numel() * sizeof(float), sum?.InFlight ?? waited, waited);
            values.DivideInPlace(_group.World.Size);
        }
    }

    private void StartBucket(Tensor[] gradients, IReadOnlyList<Tensor> parameters, int first, int end, long length)
    {
        Tensor bucket = empty([length], ScalarType.Float32, gradients[first].device);
        long offset = 0;
        for (int i = first; i < end; i++)
        {
            Tensor slot = bucket.as_strided(parameters[i].shape, parameters[i].stride(), offset);
            offset += gradients[i].numel();
            slot.copy_(gradients[i]);
            gradients[i].Dispose();
            gradients[i] = slot;
        }
        _buckets.Add((bucket, _group.Options.FixedOrder ? null : _group.World.StartSum(RankGroup.FloatsOf(bucket))));
    }
}
