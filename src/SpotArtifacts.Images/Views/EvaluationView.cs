namespace SpotArtifacts.Images;

/// <summary>
/// The fixed view for evaluation (method.md section 4): central 85 % of each side, resized bilinearly, in [-1, 1].
/// </summary>
public sealed class EvaluationView : IImageView
{
    /// <summary>Share of each side that is kept.</summary>
    public const double CentralShare = 0.85;

    /// <param name="size">Side S of the view in pixels, 1 or more.</param>
    public EvaluationView(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
    }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public DecodeTarget Target => new(Size, areaRootShare: 1, CentralShare);

    /// <summary>Renders the view of one image. The box keeps the image's proportions; the result is square.</summary>
    /// <param name="image">Source, any size.</param>
    /// <param name="size">Side S of the result, 1 or more.</param>
    /// <param name="destination">3 * S * S values (CHW) in [-1, 1].</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public static void Apply(RgbImage image, int size, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        double width = CentralShare * image.Width, height = CentralShare * image.Height;
        SourceBox box = new((image.Width - width) / 2, (image.Height - height) / 2, width, height);
        WholeView.Apply(image, box, size, destination);
    }

    void IImageView.Apply(RgbImage image, ulong seed, Span<float> destination) => Apply(image, Size, destination);
}
