namespace SpotArtifacts.Studio.Runs;

/// <summary>A place on a curve.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Value">What was measured, on average over the steps since the point before.</param>
internal sealed record SeriesPoint(double Step, double Value);
