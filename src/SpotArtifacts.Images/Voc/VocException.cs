namespace SpotArtifacts.Images.Voc;

/// <summary>
/// A PASCAL VOC devkit is incomplete or a file of it malformed; the message names the file, the value and what would be right.
/// </summary>
public sealed class VocException : SpotException
{
    /// <summary>With file, problem and remedy in one message.</summary>
    public VocException(string message) : base(message)
    {
    }

    /// <summary>With the failure below it.</summary>
    public VocException(string message, Exception inner) : base(message, inner)
    {
    }
}
