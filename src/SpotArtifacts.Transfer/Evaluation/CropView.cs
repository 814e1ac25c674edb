using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>Where a square crop lies in an image.</summary>
internal enum CropPlace
{
    Center,
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
    Random,
}

/// <summary>
/// A square crop whose side is a share of the image's shorter side, resized bilinearly to the network's size: what "shorter side
/// to 256, crop 224" comes to (0.875) in one resize and at any size.
/// </summary>
/// <param name="size">Side S of the view in pixels.</param>
/// <param name="share">Side of the crop as a share of the shorter side, above 0 and at most 1.</param>
/// <param name="place">Where; a random place also decides mirroring.</param>
/// <param name="mirror">Whether left and right are exchanged; ignored for a random place.</param>
/// <param name="stream">Which of several random views of an image.</param>
internal sealed class CropView(int size, double share, CropPlace place, bool mirror = false, ulong stream = 0) : IImageView
{
    public int Size => size;

    public DecodeTarget Target => new(size, share, share);

    public void Apply(RgbImage image, ulong seed, Span<float> destination)
    {
        SeededRandom random = new(SeededRandom.Mix(seed, stream));
        double side = share * Math.Min(image.Width, image.Height), right = image.Width - side, bottom = image.Height - side;
        (double x, double y) = place switch
        {
            CropPlace.Center => (right / 2, bottom / 2),
            CropPlace.TopLeft => (0, 0),
            CropPlace.TopRight => (right, 0),
            CropPlace.BottomLeft => (0, bottom),
            CropPlace.BottomRight => (right, bottom),
            _ => (random.NextDouble(0, right), random.NextDouble(0, bottom)),
        };
        bool mirrored = place == CropPlace.Random ? random.NextBool() : mirror;
        ThreadResizer.Current.Resize(image, new SourceBox(x, y, side, side), size, ResizeFilter.Bilinear, mirrored, destination);
        ColorJitter.ToSigned(destination);
    }
}
