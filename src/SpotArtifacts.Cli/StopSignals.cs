using System.Runtime.InteropServices;

namespace SpotArtifacts.Cli;

/// <summary>
/// Ctrl-C, SIGTERM, SIGHUP and SIGQUIT as a cancellation: the first one asks the command to end in order (a run still writes its
/// checkpoint), a second one is left to the system, which ends the process at once. A command that has not ended soon afterwards
/// is overdue, unless it is held: whatever it waits for, a pipe that nobody writes to among it, it is not waited for.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>What a command has to end in order.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5);

    // .NET calls Ctrl-Break of Windows SIGQUIT: the only one of them that can be sent to a process there.
    private static readonly PosixSignal[] s_signals =
        [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TaskCompletionSource _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private int _holds;
    private bool _graceOver;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Ends when a signal came and the command has had its time.</summary>
    public Task Overdue => _overdue.Task;

    /// <summary>The exit status that says which signal came, or null where none did.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Starts listening to the process's signals.</summary>
    public static StopSignals Listen()
    {
        StopSignals signals = new();
        foreach (PosixSignal signal in s_signals)
        {
            if (signal == PosixSignal.SIGHUP && IgnoredSignals.Contains(1))
                continue;
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
        ExitCode = signal switch
        {
            PosixSignal.SIGTERM => ExitCodes.Terminated,
            PosixSignal.SIGHUP => ExitCodes.HungUp,
            PosixSignal.SIGQUIT => ExitCodes.Quit,
            _ => ExitCodes.Interrupted,
        };
        _ = EndGrace();
        _source.Cancel();
        return true;
    }

    /// <summary>Lets what is begun now end in its own time, as a step of training and its checkpoint.</summary>
    /// <returns>To be disposed when it has ended.</returns>
    public IDisposable Hold()
    {
        lock (_gate)
            _holds++;
        return new Holding(this);
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private async Task EndGrace()
    {
        await Task.Delay(Grace, TimeProvider.System).ConfigureAwait(false);
        lock (_gate)
        {
            _graceOver = true;
            EndIfOverdue();
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            _holds--;
            EndIfOverdue();
        }
    }

    private void EndIfOverdue()
    {
        if (_graceOver && _holds == 0)
            _overdue.TrySetResult();
    }

    private sealed class Holding(StopSignals signals) : IDisposable
    {
        private bool _released;

        public void Dispose()
        {
            if (!_released)
                signals.Release();
            _released = true;
        }
    }
}
