namespace SpotArtifacts.Images;

/// <summary>An encoded image is damaged, of an unknown format or larger than allowed.</summary>
public sealed class ImageFormatException : Exception
{
    /// <summary>For one image.</summary>
    /// <param name="name">What the user knows the image by: a path, or shard and entry.</param>
    /// <param name="reason">What is wrong with it, in a few words.</param>
    public ImageFormatException(string name, string reason) : base($"{name}: {reason}")
    {
        Name = name;
        Reason = reason;
    }

    /// <summary>What the user knows the image by.</summary>
    public string Name { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
