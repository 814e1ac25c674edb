namespace SpotArtifacts.Images;

/// <summary>A folder, shard or list of images cannot be used; the message names it and says what to do.</summary>
public sealed class ImageSetException : SpotException
{
    /// <summary>With path, problem and remedy in one message.</summary>
    public ImageSetException(string message) : base(message)
    {
    }

    /// <summary>With the failure below it.</summary>
    public ImageSetException(string message, Exception inner) : base(message, inner)
    {
    }
}
