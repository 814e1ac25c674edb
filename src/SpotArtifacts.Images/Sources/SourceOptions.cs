namespace SpotArtifacts.Images.Sources;

/// <summary>How sources are opened.</summary>
/// <param name="Format">What a path is.</param>
/// <param name="Excluded">Which names are left out.</param>
/// <param name="Stop">Ends the listing of large folders and archives.</param>
internal sealed record SourceOptions(ImageSourceFormat Format, ExcludedNames Excluded, CancellationToken Stop)
{
    /// <summary>Everything is recognised, and nothing left out but what always is.</summary>
    internal static SourceOptions Default { get; } = new(ImageSourceFormat.Auto, new ExcludedNames([]), CancellationToken.None);
}
