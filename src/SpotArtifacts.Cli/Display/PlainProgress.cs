namespace SpotArtifacts.Cli.Display;

/// <summary>Progress for files and pipes: a whole line every few seconds.</summary>
internal sealed class PlainProgress(TextWriter writer, TimeProvider clock, TimeSpan? interval = null)
    : TrainingProgress(writer, clock, interval ?? DefaultInterval)
{
    /// <summary>Time between lines: a day's log stays below ten thousand lines.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override void Show(string line)
    {
        Writer.WriteLine(line);
        Writer.Flush();
    }

    /// <inheritdoc/>
    protected override void ShowMessage(string message) => Show(message);

    /// <inheritdoc/>
    protected override void EndStage()
    {
    }
}
