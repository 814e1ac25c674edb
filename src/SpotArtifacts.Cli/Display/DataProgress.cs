using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Display;

/// <summary>Progress over the images of a set, shown as that of training is.</summary>
internal sealed class DataProgress(string what, bool quiet) : IDisposable
{
    private readonly TrainingProgress _display = TrainingProgress.ForConsole(quiet);
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private int _last;

    /// <summary>
    /// Images done before this process: resumed work begins in the middle, and what was done earlier says nothing of the speed.
    /// </summary>
    internal int Begun { get; set; }

    internal void Log(string message) => _display.Log(message);

    /// <summary>Callable from any thread; shows every hundredth of the way at most.</summary>
    internal void Report(DecodingProgress progress)
    {
        int part = (int)(100L * progress.Done / progress.Total);
        if (Interlocked.Exchange(ref _last, part) == part)
            return;
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(_start);
        int done = Math.Max(1, progress.Done - Begun);
        double rate = done / Math.Max(elapsed.TotalSeconds, 1e-3);
        IReadOnlyList<(string, double)> values = progress.Skipped > 0 ? [("damaged", progress.Skipped)] : [];
        _display.Report(new ProgressReport(what, progress.Done, progress.Total, rate, 0, values,
            elapsed * ((double)(progress.Total - progress.Done) / done)));
    }

    public void Dispose() => _display.Dispose();
}
