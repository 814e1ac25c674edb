using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Distributed;

// N ranks, B images on each, C channels; n = B * H * W values of a channel on each rank.

/// <summary>
/// (x - mean) / sqrt(variance + epsilon) with the statistics of the global batch. The ranks' means and squared deviations are put
/// together in the order of the ranks, so that every rank has the same to the bit; backwards two sums for each channel are.
/// </summary>
internal sealed class SyncBatchNormFunction : autograd.SingleTensorFunction<SyncBatchNormFunction>
{
    private const string Group = "group";
    private static readonly long[] s_positions = [0, 2, 3], s_ranks = [0];

    /// <inheritdoc/>
    public override string Name => nameof(SyncBatchNormFunction);

    /// <summary>Normalises; moves the running statistics as libtorch's own batch norm does.</summary>
    /// <param name="x">(B, C, H, W), Float32.</param>
    /// <param name="group">Whose batch it is.</param>
    /// <param name="runningMean">(C).</param>
    /// <param name="runningVariance">(C).</param>
    /// <param name="momentum">Weight of this batch in the running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    internal static Tensor Apply(
        Tensor x, RankGroup group, Tensor runningMean, Tensor runningVariance, double momentum, double epsilon)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean, inverse;
        using (no_grad())
        {
            (mean, Tensor deviations, long count) = Statistics(x.detach(), group);
            Tensor variance = deviations.Over(count);
            inverse = variance.Plus(epsilon).rsqrt();
            runningMean.ScaleInPlace(1 - momentum).AddInPlace(mean, momentum);
            runningVariance.ScaleInPlace(1 - momentum).AddInPlace(deviations.Over(Math.Max(1, count - 1)), momentum);
        }
        return apply(x, Wide(mean), Wide(inverse), group).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, mean, inverse) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.set_materialize_grads(false);
        using Tensor centered = x - mean;
        Tensor normalized = centered * inverse;
        ctx.save_for_backward([normalized, inverse]);
        ctx.save_data(Group, (RankGroup)vars[3]);
        return normalized;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        // On every rank the same gradients are asked for, so that none waits for a sum that another leaves out.
        if (grad_output.IsInvalid)
            return [null!, null!, null!, null!];
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor normalized = saved[0], inverse = saved[1];
        var group = (RankGroup)ctx.get_data(Group);
        Tensor sums = cat([grad_output.sum(s_positions), (grad_output * normalized).sum(s_positions)]);
        group.Sum(sums);
        long channels = normalized.size(1), count = normalized.numel() / channels * group.World.Size;
        Tensor means = sums.DivideInPlace(count);
        Tensor mean = Wide(means.narrow(0, 0, channels)), along = Wide(means.narrow(0, channels, channels));
        Tensor gradient = (grad_output - mean - normalized * along) * inverse;
        return [gradient.MoveToOuterDisposeScope(), null!, null!, null!];
    }

    private static (Tensor Mean, Tensor Deviations, long Count) Statistics(Tensor x, RankGroup group)
    {
        long channels = x.size(1), count = x.numel() / channels;
        Tensor own = x.mean(s_positions), deviations = (x - Wide(own)).Squared().sum(s_positions);
        Tensor mine = cat([own, deviations]), all = empty([group.World.Size, 2 * channels], ScalarType.Float32, x.device);
        group.World.Gather(RankGroup.FloatsOf(mine), RankGroup.FloatsOf(all));
        GC.KeepAlive(mine);
        Tensor means = all.narrow(1, 0, channels), mean = means.mean(s_ranks);
        Tensor between = (means - mean).Squared().sum(s_ranks).ScaleInPlace(count);
        return (mean, all.narrow(1, channels, channels).sum(s_ranks).Plus(between), count * group.World.Size);
    }

    private static Tensor Wide(Tensor channels) => channels.reshape(1, -1, 1, 1);
}
