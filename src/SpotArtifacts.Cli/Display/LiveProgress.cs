namespace SpotArtifacts.Cli.Display;

/// <summary>Progress for a terminal: one line, rewritten in place.</summary>
internal sealed class LiveProgress(TextWriter writer, TimeProvider clock, Func<int> width)
    : TrainingProgress(writer, clock, TimeSpan.FromMilliseconds(100))
{
    private const string BackAndErase = "\r\u001b[K";

    private string _shown = "";

    /// <inheritdoc/>
    protected override void Show(string line)
    {
        // One column is left free: a terminal that wraps at the last one would scroll with every report.
        _shown = ProgressLine.Fit(line, width() - 1);
        Writer.Write(BackAndErase + _shown);
        Writer.Flush();
    }

    /// <inheritdoc/>
    protected override void ShowMessage(string message)
    {
        Writer.WriteLine((_shown.Length > 0 ? BackAndErase : "") + message);
        Writer.Write(_shown);
        Writer.Flush();
    }

    /// <inheritdoc/>
    protected override void EndStage()
    {
        if (_shown.Length > 0)
            Writer.WriteLine();
        _shown = "";
    }
}
