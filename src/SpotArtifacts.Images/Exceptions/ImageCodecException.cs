namespace SpotArtifacts.Images;

/// <summary>An image codec is missing or unusable; the message says what was tried and what the loader said.</summary>
public sealed class ImageCodecException : SpotException
{
    /// <summary>With the whole story in one message.</summary>
    public ImageCodecException(string message) : base(message)
    {
    }

    /// <summary>With the failure below it.</summary>
    public ImageCodecException(string message, Exception inner) : base(message, inner)
    {
    }
}
