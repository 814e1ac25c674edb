namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>Which part of the images.</summary>
public enum ImageRole
{
    /// <summary>The training images.</summary>
    Train,

    /// <summary>The test images.</summary>
    Test,
}

/// <summary>Frozen features of all layers of a network: of which images, seen how, reduced how.</summary>
/// <param name="Role">Of which images.</param>
/// <param name="View">How they are cropped and resized; equal views are computed once.</param>
/// <param name="Reduction">How each layer's map becomes a row of numbers.</param>
public sealed record FeatureRequest(ImageRole Role, FeatureView View, FeatureReduction Reduction);
