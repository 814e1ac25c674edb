using SpotArtifacts.Torch;

namespace SpotArtifacts.Cli;

/// <summary>How many threads libtorch computes with: libtorch itself may start with one.</summary>
internal static class TorchThreads
{
    /// <summary>Uses OMP_NUM_THREADS threads where it is set, else one for each processor.</summary>
    internal static void Use()
    {
        string? wanted = Environment.GetEnvironmentVariable("OMP_NUM_THREADS");
        TorchRuntime.ThreadCount = int.TryParse(wanted, out int threads) && threads > 0 ? threads : Environment.ProcessorCount;
    }
}
