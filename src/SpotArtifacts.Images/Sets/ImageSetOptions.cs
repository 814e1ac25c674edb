namespace SpotArtifacts.Images;

/// <summary>How images are found and loaded.</summary>
public sealed record ImageSetOptions
{
    /// <summary>Largest width * height that is decoded, 1 or more.</summary>
    public long MaxPixels { get; init; } = ImageDecoder.DefaultMaxPixels;

    /// <summary>A <see cref="Quarantine"/> list: images that are left out; null for none.</summary>
    public string? QuarantineList { get; init; }

    /// <summary>What the paths are; recognised from their content unless said here.</summary>
    public ImageSourceFormat Format { get; init; }
}
