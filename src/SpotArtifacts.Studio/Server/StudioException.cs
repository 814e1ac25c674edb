namespace SpotArtifacts.Studio.Server;

/// <summary>The studio cannot be started, or does not do what it was asked for; the message says why and what to do.</summary>
internal sealed class StudioException : SpotException
{
    public StudioException()
    {
    }

    public StudioException(string message)
        : base(message)
    {
    }

    public StudioException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
