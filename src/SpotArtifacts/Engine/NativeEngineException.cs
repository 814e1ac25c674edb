namespace SpotArtifacts.Engine;

/// <summary>
/// libtorch, or the library TorchSharp reaches it through, cannot be used. The message names the file, what the system's
/// loader said about it, and what to do.
/// </summary>
public sealed class NativeEngineException : SpotException
{
    /// <summary>Makes one without a message of its own.</summary>
    public NativeEngineException()
    {
    }

    /// <summary>Makes one with its message.</summary>
    public NativeEngineException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with its message and what led to it.</summary>
    public NativeEngineException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
