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

    /// <summary>Why the native library is not there to be asked; null where libtorch itself refused.</summary>
    public TorchLoadProblem? LoadProblem { get; init; }
}

/// <summary>What can go wrong before the first call reaches libtorch.</summary>
public enum TorchLoadProblem
{
    /// <summary>There is no libspot_torch.so where it was looked for.</summary>
    Missing,

    /// <summary>The loader refused it, or something it depends on.</summary>
    Refused,

    /// <summary>It loads, and was built from other sources than this assembly.</summary>
    WrongAbi,
}
