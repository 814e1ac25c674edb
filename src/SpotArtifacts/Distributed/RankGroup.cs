using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Distributed;

/// <summary>How ranks train together.</summary>
internal sealed record RankOptions
{
    /// <summary>Batch norms take their statistics over the global batch, not over each rank's part of it.</summary>
    public bool SyncBatchNorm { get; init; }

    /// <summary>Sums are added in the order of the ranks, so that two runs of one size are equal bit by bit.</summary>
    public bool FixedOrder { get; init; }
}

/// <summary>
/// The ranks that share each step's global batch, rank r the r-th part of it, in use on the present thread during a step. What is
/// drawn is drawn for the global batch on every rank, from generators of equal state, and each takes its rows: the numbers of an
/// image do not depend on the rank it falls to.
/// </summary>
/// <param name="world">The ranks.</param>
/// <param name="batchPerRank">Images of a step on each.</param>
/// <param name="options">How they train.</param>
internal sealed class RankGroup(ICommunicator world, int batchPerRank, RankOptions options)
{
    [ThreadStatic]
    private static RankGroup? s_current;

    private long _images = batchPerRank;

    /// <summary>In use on this thread; null outside of steps, and where one process trains alone.</summary>
    internal static RankGroup? Current => s_current;

    /// <summary>The ranks.</summary>
    internal ICommunicator World => world;

    /// <summary>How they train.</summary>
    internal RankOptions Options => options;

    /// <summary>What the sums of gradients have taken.</summary>
    internal OverlapMeter Overlap { get; } = new();

    /// <summary>Takes this group on this thread until the result is disposed; nothing for one rank.</summary>
    internal IDisposable Use()
    {
        s_current = world.Size == 1 ? null : this;
        return new Leaving();
    }

    /// <summary>Says of how many of this rank's images rows are drawn for, until the result is disposed; all of its batch else.
    /// </summary>
    internal static IDisposable? DrawFor(long images)
    {
        if (s_current is not { } group)
            return null;
        long before = group._images;
        group._images = images;
        return new DrawingFor(group, before);
    }

    /// <summary>Independent draws for rows of this rank's images, which may come in several blocks, each of all images.</summary>
    /// <param name="shape">Of this rank; the first number is a multiple of its images.</param>
    /// <param name="device">Where.</param>
    /// <param name="fill">Draws all elements of a tensor in place.</param>
    internal static Tensor Draw(long[] shape, Device device, Action<Tensor> fill)
    {
        if (s_current is not { } group)
        {
            Tensor draws = empty(shape, ScalarType.Float32, device);
            fill(draws);
            return draws;
        }
        long blocks = shape[0] / group._images;
        if (blocks * group._images != shape[0])
            throw new ArgumentException($"{shape[0]} rows are no multiple of {group._images} images");
        using Tensor all = empty([blocks, group.World.Size, group._images, .. shape[1..]], ScalarType.Float32, device);
        fill(all);
        using Tensor mine = all.select(1, group.World.Rank);
        return mine.reshape(shape);
    }

    /// <summary>The mean of a tensor over the ranks; itself for one rank.</summary>
    internal static Tensor Mean(Tensor values)
    {
        if (s_current is not { } group)
            return values;
        using IDisposable off = no_grad();
        Tensor sum = values.detach().clone();
        group.Sum(sum);
        return sum.DivideInPlace(group.World.Size);
    }

    /// <summary>The rows of all ranks, in their order; the tensor itself for one rank.</summary>
    /// <returns>Without gradient.</returns>
    internal static Tensor Rows(Tensor mine)
    {
        if (s_current is not { } group)
            return mine;
        using IDisposable off = no_grad();
        using Tensor detached = mine.detach(), sent = detached.contiguous();
        Tensor all = empty([mine.shape[0] * group.World.Size, .. mine.shape[1..]], mine.dtype, mine.device);
        group.World.Gather(FloatsOf(sent), FloatsOf(all));
        GC.KeepAlive(sent);
        return all;
    }

    /// <summary>Adds a tensor up over the ranks, in place; returns when it is done.</summary>
    internal void Sum(Tensor values)
    {
        if (options.FixedOrder)
            FixedOrderSum.Run(world, values);
        else
            world.StartSum(FloatsOf(values)).Finish();
        GC.KeepAlive(values);
    }

    /// <summary>The memory of a dense tensor of Float32, wherever it lies.</summary>
    internal static Floats FloatsOf(Tensor tensor) => tensor.dtype == ScalarType.Float32 && TensorMemory.IsDense(tensor)
        ? new Floats(LibTorchSharp.Data(tensor.Handle), tensor.numel())
        : throw new ArgumentException($"ranks exchange dense tensors of Float32, not {TensorMemory.Describe(tensor)}");

    private sealed class DrawingFor(RankGroup group, long before) : IDisposable
    {
        public void Dispose() => group._images = before;
    }

    private sealed class Leaving : IDisposable
    {
        public void Dispose() => s_current = null;
    }
}
