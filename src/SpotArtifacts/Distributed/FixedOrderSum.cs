using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Distributed;

/// <summary>
/// A sum over ranks in their order: each rank adds up one part of the numbers and gives it to the others. It moves as many bytes as
/// a ring does; an MPI's own sum may take the ranks in the order in which they come.
/// </summary>
internal static class FixedOrderSum
{
    /// <summary>Adds a dense tensor up over the ranks, in place.</summary>
    internal static void Run(ICommunicator world, Tensor values)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long count = values.numel(), part = (count + world.Size - 1) / world.Size;
        Tensor flat = values.as_strided([count], [1]);
        Tensor sent = flat;
        if (part * world.Size != count)
        {
            sent = TensorData.Full(0, values.device, part * world.Size);
            sent.narrow(0, 0, count).copy_(flat);
        }
        Tensor received = empty_like(sent, requires_grad: false);
        world.Exchange(RankGroup.FloatsOf(sent), RankGroup.FloatsOf(received));
        Tensor rows = received.reshape(world.Size, part), sum = rows.select(0, 0).clone();
        for (int rank = 1; rank < world.Size; rank++)
            sum.AddInPlace(rows.select(0, rank));
        world.Gather(RankGroup.FloatsOf(sum), RankGroup.FloatsOf(sent));
        if (!ReferenceEquals(sent, flat))
            flat.copy_(sent.narrow(0, 0, count));
        GC.KeepAlive(sum);
    }
}
