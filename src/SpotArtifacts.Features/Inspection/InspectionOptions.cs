namespace SpotArtifacts.Features.Inspection;

/// <summary>How images are looked at.</summary>
public sealed record InspectionOptions
{
    /// <summary>Largest number of windows along the shorter side that can be asked for.</summary>
    public const int MaxTiles = 64;

    /// <summary>
    /// Besides the whole image, square windows of the shorter side divided by each of these numbers (1 to 64), each half over
    /// the next. A window that would have to be enlarged to the network's size is left out. Empty: the whole image alone.
    /// </summary>
    public IReadOnlyList<int> Tiles { get; init; } = [];

    /// <summary>
    /// Show the network images as they are. By default each view passes the frozen autoencoder first, as the clean images of
    /// training did: a photograph holds detail that no autoencoded image has, and shown as it is nearly every one counts as
    /// repaired. As they are suits images that came out of this autoencoder; damage is placed better there.
    /// </summary>
    public bool AsIs { get; init; }

    /// <summary>Most windows that are computed at once, 1 to 4096.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Threads that compute, 1 or more; 0: one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Refuses values that cannot work.</summary>
    /// <exception cref="SpotException">Names the value and what would be right.</exception>
    internal void Validate()
    {
        foreach (int tiles in Tiles)
            if (tiles is < 1 or > MaxTiles)
                throw new SpotException($"{tiles} windows along the shorter side must be 1 to {MaxTiles}");
        if (BatchSize is < 1 or > 4096)
            throw new SpotException($"a batch of {BatchSize} windows must be 1 to 4096");
        if (Threads < 0)
            throw new SpotException($"{Threads} threads must be 1 or more, or 0 for one a core");
    }
}
