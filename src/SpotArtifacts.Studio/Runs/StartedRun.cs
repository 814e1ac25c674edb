using System.Diagnostics;

namespace SpotArtifacts.Studio.Runs;

/// <summary>A training that the studio has started, and what it says.</summary>
internal sealed class StartedRun : IDisposable
{
    private const string Prefix = "spot: ";

    private const int MostLines = 60, MostCharacters = 500;

    // Stopped as asked: by SIGHUP, SIGINT, SIGQUIT (Ctrl-Break on Windows) or SIGTERM.
    private static readonly int[] s_stopped = [129, 130, 131, 143];
    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal StartedRun(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        if (OperatingSystem.IsWindows())
            start.CreateNewProcessGroup = true; // so that it alone can be told to stop
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, said) => Keep(said.Data);
        _process.OutputDataReceived += (_, said) => Keep(said.Data);
        _process.Start();
        Id = _process.Id;
        _process.StandardInput.Close();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _ = Wait();
    }

    /// <summary>Number of the process.</summary>
    internal int Id { get; }

    /// <summary>Ends when it has ended.</summary>
    internal Task Ended => _ended.Task;

    internal bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>Whether it ended by an error.</summary>
    internal bool HasFailed => HasEnded && ExitCode != 0 && !s_stopped.Contains(ExitCode);

    /// <summary>Its exit status once it has ended.</summary>
    internal int ExitCode { get; private set; }

    /// <summary>The last lines it printed.</summary>
    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>What it said about its failure.</summary>
    internal string Problem => Lines.LastOrDefault(line => line.StartsWith(Prefix, StringComparison.Ordinal))?[Prefix.Length..]
        ?? $"It ended with status {ExitCode}.";

    public void Dispose() => _process.Dispose();

    private async Task Wait()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        ExitCode = _process.ExitCode;
        _ended.SetResult();
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_lines)
        {
            _lines.Enqueue(line.Length <= MostCharacters ? line : line[..MostCharacters]);
            if (_lines.Count > MostLines)
                _lines.Dequeue();
        }
    }
}
