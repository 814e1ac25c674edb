namespace SpotArtifacts.Images;

/// <summary>How images are found and loaded.</summary>
public sealed record ImageSetOptions
{
    /// <summary>Largest width * height that is decoded, 1 or more.</summary>
    public long MaxPixels { get; init; } = ImageDecoder.DefaultMaxPixels;

    /// <summary>A <see cref="Quarantine"/> list: images that are left out; null for none.</summary>
    public string? QuarantineList { get; init; }

    /// <summary>Whether none of the list's entries need be an image of this set: of two sets, the other may have them.</summary>
    internal bool QuarantineMayMiss { get; init; }

    /// <summary>
    /// Names of files and folders that are left out, with <c>*</c> and <c>?</c>; with a slash, paths below the folder or inside the
    /// archive. Dot folders, <c>@eaDir</c>, <c>#recycle</c>, <c>$RECYCLE.BIN</c> and <c>__MACOSX</c> always are.
    /// </summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Ends the listing of large folders and archives.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What the paths are; recognised from their content unless said here.</summary>
    public ImageSourceFormat Format { get; init; }
}
