namespace SpotArtifacts.Images;

/// <summary>A rectangle in pixel coordinates: pixel (0, 0) covers 0 to 1 in both directions.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">Above 0.</param>
/// <param name="Height">Above 0.</param>
public readonly record struct SourceBox(double X, double Y, double Width, double Height);
