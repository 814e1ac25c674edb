using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// The random view of philkr/voc-classification: the image is scaled by a factor uniform in a range and a square of the network's
/// size is cut from it at a random place, mirrored half of the time. Both are one resize here: a window of size / factor image
/// pixels, at most the shorter side.
/// </summary>
/// <param name="size">Side S of the view.</param>
/// <param name="minScale">Smallest factor, above 0.</param>
/// <param name="maxScale">Largest factor.</param>
internal sealed class RandomScaleView(int size, double minScale, double maxScale) : IImageView
{
    public int Size => size;

    public DecodeTarget Target => default;

    public void Apply(RgbImage image, ulong seed, Span<float> destination)
    {
        SeededRandom random = new(seed);
        double side = Math.Min(size / random.NextDouble(minScale, maxScale), Math.Min(image.Width, image.Height));
        SourceBox box = new(random.NextDouble(0, image.Width - side), random.NextDouble(0, image.Height - side), side, side);
        ThreadResizer.Current.Resize(image, box, size, ResizeFilter.Bilinear, random.NextBool(), destination);
        ColorJitter.ToSigned(destination);
    }
}
