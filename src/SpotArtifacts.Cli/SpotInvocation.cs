using System.CommandLine;

namespace SpotArtifacts.Cli;

/// <summary>How a command line is carried out, and how its command hears of signals.</summary>
internal sealed class SpotInvocation : InvocationConfiguration
{
    /// <param name="signals">Those that end it.</param>
    internal SpotInvocation(StopSignals signals)
    {
        Signals = signals;
        // Stopping is this program's own: the library's would give a run two seconds to end.
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = null;
    }

    internal StopSignals Signals { get; }
}
