namespace SpotArtifacts.Images;

/// <summary>
/// The whole of an image, or of a part of it, squeezed into a square: what is inspected and repaired, to its very border.
/// </summary>
internal static class WholeView
{
    /// <summary>Renders a box, resized bilinearly, in [-1, 1].</summary>
    /// <param name="image">Source, any size.</param>
    /// <param name="box">The part to show; must lie inside the image.</param>
    /// <param name="size">Side S of the result, 1 or more.</param>
    /// <param name="destination">3 * S * S values (CHW).</param>
    /// <exception cref="ArgumentException">The box leaves the image or the destination has another length.</exception>
    public static void Apply(RgbImage image, SourceBox box, int size, Span<float> destination)
    {
        ThreadResizer.Current.Resize(image, box, size, ResizeFilter.Bilinear, mirror: false, destination);
        ColorJitter.ToSigned(destination);
    }

    /// <summary>Renders the whole image.</summary>
    /// <param name="image">Source, any size.</param>
    /// <param name="size">Side S of the result, 1 or more.</param>
    /// <param name="destination">3 * S * S values (CHW).</param>
    public static void Apply(RgbImage image, int size, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        Apply(image, new SourceBox(0, 0, image.Width, image.Height), size, destination);
    }
}
