namespace SpotArtifacts.Images;

/// <summary>
/// The random view for training (method.md section 4): crop, flip, brightness and saturation, all from one seed.
/// </summary>
/// <remarks>
/// The crop's area is uniform in MinArea ... 1 of the image's, its aspect ratio (width / height) uniform in 1/MaxAspect ...
/// MaxAspect, as in TensorFlow's sample_distorted_bounding_box, but its edges are real numbers instead of whole pixels.
/// Nothing is clipped before the end.
/// </remarks>
public sealed class Augmentation : IImageView
{
    // TensorFlow tries 100 times; with the default ranges a square image already accepts about two draws of three.
    private const int CropTries = 10;
    private readonly AugmentationOptions _options;

    /// <param name="options">Ranges; checked here.</param>
    /// <param name="size">Side S of the view in pixels, 1 or more.</param>
    /// <exception cref="ArgumentException">A range is empty or senseless; the message names it.</exception>
    public Augmentation(AugmentationOptions options, int size)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Require(options.MinArea is > 0 and <= 1, $"MinArea must be above 0 and at most 1, not {options.MinArea}");
        Require(options.MaxAspect is >= 1 and < 1000, $"MaxAspect must be from 1 to below 1000, not {options.MaxAspect}");
        Require(options.Brightness is >= 0 and <= 1, $"Brightness must be from 0 to 1, not {options.Brightness}");
        Require(
            options.MinSaturation >= 0 && options.MaxSaturation >= options.MinSaturation
            && double.IsFinite(options.MaxSaturation),
            $"saturation factors must be 0 or more, smallest first, not {options.MinSaturation} to {options.MaxSaturation}");
        _options = options;
        Size = size;
        Target = new DecodeTarget(size, Math.Sqrt(options.MinArea / options.MaxAspect), 1);
    }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public DecodeTarget Target { get; }

    /// <summary>Renders one random view.</summary>
    /// <param name="image">Source, any size.</param>
    /// <param name="seed">Equal seeds give equal views, on every machine.</param>
    /// <param name="destination">3 * S * S values (CHW) in [-1, 1].</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Apply(RgbImage image, ulong seed, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        AugmentedView view = Draw(image.Width, image.Height, seed);
        ThreadResizer.Current.Resize(image, view.Box, Size, view.Filter, view.Mirror, destination);
        ColorJitter.Apply(destination, view.Brightness, view.Saturation, view.BrightnessFirst);
    }

    /// <summary>What a seed decides for a width x height image: the view, not yet rendered.</summary>
    internal AugmentedView Draw(int width, int height, ulong seed)
    {
        SeededRandom random = new(seed);
        SourceBox box = DrawCrop(width, height, ref random);
        ResizeFilter filter = random.NextBool() ? ResizeFilter.Bicubic : ResizeFilter.Bilinear;
        bool mirror = random.NextBool() && _options.Flip;
        float shift = (float)random.NextDouble(-_options.Brightness, _options.Brightness);
        float factor = (float)random.NextDouble(_options.MinSaturation, _options.MaxSaturation);
        return new AugmentedView(box, filter, mirror, shift, factor, random.NextBool());
    }

    /// <summary>The crop that the next draws decide, inside a width x height image.</summary>
    internal SourceBox DrawCrop(int width, int height, ref SeededRandom random)
    {
        double area = (double)width * height;
        for (int i = 0; i < CropTries; i++)
        {
            double wanted = area * random.NextDouble(_options.MinArea, 1);
            double aspect = random.NextDouble(1 / _options.MaxAspect, _options.MaxAspect);
            double w = Math.Sqrt(wanted * aspect), h = Math.Sqrt(wanted / aspect);
            if (w <= width && h <= height)
                return new SourceBox(random.NextDouble(0, width - w), random.NextDouble(0, height - h), w, h);
        }
        return CentralCrop(width, height, _options.MaxAspect);
    }

    /// <summary>The largest centred box whose aspect ratio is allowed: for images too narrow for any draw.</summary>
    internal static SourceBox CentralCrop(int width, int height, double maxAspect)
    {
        double w = Math.Min(width, height * maxAspect), h = Math.Min(height, width * maxAspect);
        return new SourceBox((width - w) / 2, (height - h) / 2, w, h);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message);
    }
}

/// <summary>A random view that has been drawn.</summary>
/// <param name="Box">The crop.</param>
/// <param name="Filter">How it is resized.</param>
/// <param name="Mirror">Whether left and right are exchanged.</param>
/// <param name="Brightness">Added to all values in [0, 1].</param>
/// <param name="Saturation">Factor, 0 or more.</param>
/// <param name="BrightnessFirst">Whether brightness changes before saturation.</param>
internal readonly record struct AugmentedView(
    SourceBox Box, ResizeFilter Filter, bool Mirror, float Brightness, float Saturation, bool BrightnessFirst);
