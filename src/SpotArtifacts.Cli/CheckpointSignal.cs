using System.Runtime.InteropServices;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli;

/// <summary>SIGUSR1, which asks a training for a checkpoint; it goes on afterwards.</summary>
internal static class CheckpointSignal
{
    // Its number on Linux. On macOS the runtime itself uses the signal, and Windows has none.
    private const int User1 = 10;

    /// <summary>Listens until disposed; null where there is no such signal.</summary>
    internal static PosixSignalRegistration? Listen(CheckpointRequest request) => !OperatingSystem.IsLinux() ? null
        : PosixSignalRegistration.Create((PosixSignal)User1, context =>
        {
            context.Cancel = true;
            request.Ask();
        });
}
