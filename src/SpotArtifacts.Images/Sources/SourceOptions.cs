namespace SpotArtifacts.Images.Sources;

/// <summary>How sources are opened.</summary>
/// <param name="Format">What a path is.</param>
/// <param name="Excluded">Which names are left out.</param>
/// <param name="Stop">Ends the listing of large folders and archives.</param>
internal sealed record SourceOptions(ImageSourceFormat Format, ExcludedNames Excluded, CancellationToken Stop)
{
    /// <summary>What is to be said of a path besides what its sources say of themselves.</summary>
    internal List<string> Remarks { get; } = [];
}
