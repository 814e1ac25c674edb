namespace SpotArtifacts.Images;

/// <summary>How far a pass over a set has come.</summary>
/// <param name="Done">Images looked at.</param>
/// <param name="Total">Images in the set.</param>
/// <param name="Skipped">Damaged ones among them.</param>
public readonly record struct DecodingProgress(int Done, int Total, int Skipped);
