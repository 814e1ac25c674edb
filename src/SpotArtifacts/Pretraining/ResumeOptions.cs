namespace SpotArtifacts.Pretraining;

/// <summary>
/// What a begun run may be continued with although something has changed. By default nothing is taken for granted.
/// </summary>
public sealed record ResumeOptions
{
    /// <summary>Where the run's images are now, when they have moved; null where they were.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>List of the images that are left out, with their places now; null for the run's own.</summary>
    public string? Quarantine { get; init; }

    /// <summary>Go on with images that are not those the run began with.</summary>
    public bool AcceptChangedImages { get; init; }

    /// <summary>Begin at the first step where the checkpoint is missing.</summary>
    public bool FromStart { get; init; }
}
