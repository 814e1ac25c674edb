using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Display;

/// <summary>Progress over the images of a set, shown as that of training is; of work in several parts each is shown by its name.</summary>
internal sealed class DataProgress(string what, TrainingProgress display) : IProgress<DecodingProgress>, IMessages, IDisposable
{
    private readonly Lock _turn = new();
    private string? _stage;
    private long _start = TimeProvider.System.GetTimestamp(), _reported;
    private int _last;

    /// <summary>Progress for this process's standard error.</summary>
    internal DataProgress(string what, bool quiet) : this(what, TrainingProgress.ForConsole(quiet))
    {
    }

    /// <inheritdoc/>
    public void Log(string message) => display.Log(message);

    /// <summary>Callable from any thread; shows every hundredth of the way at most.</summary>
    public void Report(DecodingProgress value)
    {
        lock (_turn)
        {
            // A part begins where the one before ended.
            if (value.Stage != _stage)
                (_stage, _start, _last) = (value.Stage, _reported == 0 ? _start : _reported, 0);
            _reported = TimeProvider.System.GetTimestamp();
            int part = (int)(100L * value.Done / value.Total);
            if (part == _last)
                return;
            _last = part;
            Show(value);
        }
    }

    public void Dispose() => display.Dispose();

    private void Show(DecodingProgress progress)
    {
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(_start);
        int done = Math.Max(1, progress.Done - progress.Begun);
        double rate = done / Math.Max(elapsed.TotalSeconds, 1e-3);
        IReadOnlyList<(string, double)> values = progress.Skipped > 0 ? [("damaged", progress.Skipped)] : [];
        display.Report(new ProgressReport(progress.Stage ?? what, progress.Done, progress.Total, rate, 0, values,
            elapsed * ((double)(progress.Total - progress.Done) / done)));
    }
}
