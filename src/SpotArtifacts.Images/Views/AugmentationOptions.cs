namespace SpotArtifacts.Images;

/// <summary>Random views (method.md section 4, Augmentation).</summary>
public sealed record AugmentationOptions
{
    /// <summary>Smallest crop as a share of the image's area, above 0 to 1.</summary>
    public double MinArea { get; init; } = 1.0 / 3;

    /// <summary>Bound of the crop's aspect ratio: drawn from 1/this ... this; 1 to 100.</summary>
    public double MaxAspect { get; init; } = 4.0 / 3;

    /// <summary>Whether half of the views are mirrored.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Largest brightness shift, as a share of the range 0 ... 255, 0 to 1.</summary>
    public double Brightness { get; init; } = 32.0 / 255;

    /// <summary>Smallest saturation factor, 0 or more.</summary>
    public double MinSaturation { get; init; } = 0.5;

    /// <summary>Largest saturation factor, the smallest or more.</summary>
    public double MaxSaturation { get; init; } = 1.5;
}
