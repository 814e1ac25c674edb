using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Runs;

/// <summary>What <c>spot pretrain</c> and <c>spot resume</c> listen to while they train.</summary>
internal static class RunSignals
{
    // As the program documents them; the numbers are the same on every Unix, but the second is Linux's alone.
    private const int Terminate = 15, User1 = 10;

    private static readonly ConcurrentDictionary<(int, long?), bool> s_told = [];

    /// <summary>Whether a checkpoint can be asked for without stopping.</summary>
    internal static bool CanCheckpoint => OperatingSystem.IsLinux();

    /// <summary>Asks a training to write a checkpoint and end. Once: a second signal would end it at once, without.</summary>
    /// <exception cref="StudioException">The signal cannot be sent.</exception>
    internal static void Stop(int process)
    {
        if (!s_told.TryAdd((process, RunHolder.StartOf(process)), true))
            return;
        if (!OperatingSystem.IsWindows())
            Send(process, Terminate);
        else if (!Interop.Process.GenerateConsoleCtrlEvent(Interop.Process.Break, (uint)process))
            throw new StudioException(
                "Windows sends this signal only to what the studio itself has started: press Ctrl-C in the run's own window");
    }

    /// <summary>Asks a training for a checkpoint; it goes on.</summary>
    /// <exception cref="StudioException">The signal cannot be sent.</exception>
    internal static void Checkpoint(int process) => Send(process, User1);

    private static void Send(int process, int signal)
    {
        // 0 and below stand for groups of processes.
        if (process > 1 && Interop.Process.Kill(process, signal) != 0)
            throw new StudioException(
                $"process {process} cannot be told: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }
}
