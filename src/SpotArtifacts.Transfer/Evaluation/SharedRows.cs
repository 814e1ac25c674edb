using System.Runtime.InteropServices;
using SpotArtifacts.Engine;
using SpotArtifacts.Images.Sharing;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>Rows of features among processes that measure together.</summary>
internal static class SharedRows
{
    /// <summary>Gives one process's rows to all, in place.</summary>
    /// <param name="share">The processes.</param>
    /// <param name="rows">On the processor, without gaps.</param>
    /// <param name="root">Whose.</param>
    internal static void Broadcast(this IWorkShare share, Tensor rows, int root)
    {
        share.Broadcast(MemoryMarshal.AsBytes(TensorMemory.Span<float>(rows)), root);
        GC.KeepAlive(rows);
    }
}
