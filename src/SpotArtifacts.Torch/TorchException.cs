namespace SpotArtifacts.Torch;

/// <summary>What libtorch, or the way to it, refused: the one exception type of this assembly.</summary>
public sealed class TorchException : Exception
{
    /// <summary>An exception with libtorch's (or the loader's) own words.</summary>
    public TorchException(string message) : base(message)
    {
    }

    /// <summary>An exception with a cause.</summary>
    public TorchException(string message, Exception inner) : base(message, inner)
    {
    }
}
