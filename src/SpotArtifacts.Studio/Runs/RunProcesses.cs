using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Runs;

/// <summary>The trainings that the studio has started. They end, each with a checkpoint, when the studio does.</summary>
/// <param name="options">How <c>spot</c> is started.</param>
internal sealed class RunProcesses(StudioOptions options) : IDisposable
{
    /// <summary>Most that train at once: each takes all cores.</summary>
    internal const int Most = 4;

    // A session of its own: Ctrl-C in the studio's terminal goes to every process of that terminal, and the studio tells its own.
    private static readonly string? s_ownSession = Array.Find(["/usr/bin/setsid", "/bin/setsid"], File.Exists);

    private readonly ConcurrentDictionary<string, StartedRun> _started = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The one that was started last for a folder; null for none.</summary>
    internal StartedRun? Of(string folder) => _started.GetValueOrDefault(folder);

    /// <summary>Starts <c>spot</c> for a folder.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="arguments">What is said behind <c>spot</c>.</param>
    /// <exception cref="StudioException">It trains already, too many do, or the program cannot be started.</exception>
    internal StartedRun Start(string folder, IEnumerable<string> arguments)
    {
        lock (_gate)
        {
            if (Of(folder) is { HasEnded: false })
                throw new StudioException($"{Path.GetFileName(folder)} is being trained already");
            if (_started.Values.Count(run => !run.HasEnded) >= Most)
                throw new StudioException($"{Most} runs that were started here are training: stop one of them first");
            try
            {
                string[] command = [.. s_ownSession is null ? [] : new[] { s_ownSession }, .. options.Program, .. arguments];
                return _started[folder] = new StartedRun(new ProcessStartInfo(command[0], command[1..]));
            }
            catch (Win32Exception e)
            {
                throw new StudioException($"{options.Program[0]} cannot be started: {e.Message}", e);
            }
        }
    }

    /// <summary>Tells those that still train to end; they write their checkpoints after this process.</summary>
    public void Dispose()
    {
        // Windows keeps Ctrl-C from a process group of its own.
        if (s_ownSession is null && !OperatingSystem.IsWindows() && !Console.IsInputRedirected)
            return; // the terminal has told them
        foreach (StartedRun run in _started.Values.Where(run => !run.HasEnded))
        {
            try
            {
                RunSignals.Stop(run.Id);
            }
            catch (StudioException)
            {
                // It has ended meanwhile.
            }
        }
    }
}
