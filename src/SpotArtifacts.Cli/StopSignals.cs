using System.Runtime.InteropServices;

namespace SpotArtifacts.Cli;

/// <summary>
/// Ctrl-C and SIGTERM as a cancellation: the first one asks the command to end in order (a run still writes its
/// checkpoint), a second one is left to the system, which ends the process at once.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit status that says which signal came, or null where none did.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Starts listening to the process's signals.</summary>
    public static StopSignals Listen()
    {
        StopSignals signals = new();
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            signals._registrations.Add(
                PosixSignalRegistration.Create(signal, context => context.Cancel = signals.Receive(context.Signal)));
        }

        return signals;
    }

    /// <summary>Takes a signal; false for all but the first, which the caller then lets take its usual course.</summary>
    public bool Receive(PosixSignal signal)
    {
        if (ExitCode is not null)
            return false;
        ExitCode = signal == PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted;
        _source.Cancel();
        return true;
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }
}
