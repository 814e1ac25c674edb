using SpotArtifacts.Torch;

namespace SpotArtifacts.Tests.Features;

/// <summary>Tests that count the process's tensors run while no other test does.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class LiveTensors
{
    internal const string Collection = "live tensors";

    /// <summary>Tensors alive, those left to the finaliser by other tests aside.</summary>
    internal static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.LiveCount;
    }
}
