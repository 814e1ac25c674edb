using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Display;

/// <summary>
/// Shows how a training stage goes: what the library reports to. Reports may come at any rate and from any thread;
/// a display shows as many as its reader can use, and always a stage's last.
/// </summary>
internal abstract class TrainingProgress(TextWriter writer, TimeProvider clock, TimeSpan interval)
    : IProgress<ProgressReport>, IMessages, IDisposable
{
    private readonly Lock _turn = new();
    private long _shownAt;
    private string? _stage;

    /// <summary>Where the display writes.</summary>
    protected TextWriter Writer { get; } = writer;

    /// <summary>The display that suits the reader: none, a line rewritten in place, or a line now and then.</summary>
    public static TrainingProgress Create(TextWriter error, bool quiet, bool isTerminal, TimeProvider clock, Func<int> width) =>
        quiet ? new PlainProgress(TextWriter.Null, clock)
        : isTerminal ? new LiveProgress(error, clock, width)
        : new PlainProgress(error, clock);

    /// <summary>The display for this process's standard error.</summary>
    public static TrainingProgress ForConsole(bool quiet) =>
        Create(Console.Error, quiet, !Console.IsErrorRedirected && !Terminal.IsDumb, TimeProvider.System,
            () => Console.WindowWidth);

    /// <inheritdoc/>
    public void Report(ProgressReport value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (_turn)
        {
            bool isNewStage = value.Stage != _stage;
            bool isLast = value.Step >= value.Steps;
            if (!isNewStage && !isLast && clock.GetElapsedTime(_shownAt) < interval)
                return;
            if (isNewStage)
                EndStage();
            _stage = value.Stage;
            _shownAt = clock.GetTimestamp();
            Show(ProgressLine.Format(value));
        }
    }

    /// <summary>Writes a line of its own, without tearing the display.</summary>
    public void Log(string message)
    {
        lock (_turn)
            ShowMessage(message);
    }

    /// <summary>Ends the display; what was shown last stays.</summary>
    public void Dispose()
    {
        lock (_turn)
            EndStage();
        GC.SuppressFinalize(this);
    }

    /// <summary>Shows a line of progress.</summary>
    protected abstract void Show(string line);

    /// <summary>Shows a message.</summary>
    protected abstract void ShowMessage(string message);

    /// <summary>Leaves the stage's last line standing.</summary>
    protected abstract void EndStage();
}
