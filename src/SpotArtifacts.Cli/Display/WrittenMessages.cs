namespace SpotArtifacts.Cli.Display;

/// <summary>Messages of a command without progress.</summary>
/// <param name="writer">Where they go.</param>
internal sealed class WrittenMessages(TextWriter writer) : IMessages
{
    /// <inheritdoc/>
    public void Log(string message) => writer.WriteLine(message);
}
