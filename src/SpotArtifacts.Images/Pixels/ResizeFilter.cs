namespace SpotArtifacts.Images;

/// <summary>How pixels between pixels are found.</summary>
public enum ResizeFilter
{
    /// <summary>Triangle over 2 pixels.</summary>
    Bilinear,

    /// <summary>Cubic convolution over 4 pixels with a = -0.5 (Keys); overshoots at edges.</summary>
    Bicubic,
}
