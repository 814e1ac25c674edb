using SpotArtifacts.Images;

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

/// <summary>A fixed or cached random view of each image, of which two of equal name are equal.</summary>
/// <param name="Name">What stands in reports, as <c>central 87.5 %</c>.</param>
/// <param name="Make">Makes the view for a network's image size; a random view's seed is the image's number.</param>
public sealed record FeatureView(string Name, Func<int, IImageView> Make)
{
    /// <summary>The evaluation view of SPEC section 4: central 85 % of each side.</summary>
    public static FeatureView Evaluation { get; } = new("central 85 % of each side", size => new EvaluationView(size));

    /// <inheritdoc/>
    public bool Equals(FeatureView? other) => other?.Name == Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
