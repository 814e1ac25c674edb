namespace SpotArtifacts.Images.Files;

/// <summary>A checkpoint or weights file that is missing, malformed, or does not fit.</summary>
public sealed class CheckpointException : SpotException
{
    /// <summary>An exception that names the file and the fault.</summary>
    public CheckpointException(string message) : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public CheckpointException(string message, Exception inner) : base(message, inner)
    {
    }
}
