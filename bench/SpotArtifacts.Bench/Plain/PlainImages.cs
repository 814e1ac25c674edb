using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torchvision;

namespace SpotArtifacts.Bench.Plain;

/// <summary>
/// Views of the images in a folder as a user of TorchSharp makes them: a data set of the library's kind, TorchVision's decoder and
/// adjustments of colours, of the same ranges as ours.
/// </summary>
internal sealed class PlainImages(string folder, int size) : torch.utils.data.Dataset
{
    /// <summary>The only tensor of a batch: (B, 3, S, S) in [-1, 1].</summary>
    internal const string Key = "images";

    private static readonly io.Imager s_decoder = new io.SkiaImager();

    private readonly string[] _files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".jpg" or ".jpeg" or ".png").Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public override long Count => _files.Length;

    /// <inheritdoc/>
    public override Dictionary<string, Tensor> GetTensor(long index)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = io.read_image(_files[index], io.ImageReadMode.RGB, s_decoder).to(ScalarType.Float32).unsqueeze(0) / 255;
        // Not by TorchVision's random transforms: some dispose what they return where there is nothing to do.
        Tensor view = Crop(image);
        if (Draw(0, 1) < 0.5)
            view = view.flip(-1);
        view = transforms.functional.adjust_brightness(view, Draw(1 - 32.0 / 255, 1 + 32.0 / 255));
        view = transforms.functional.adjust_saturation(view, Draw(0.5, 1.5)) * 2 - 1;
        return new() { [Key] = view.squeeze(0).MoveToOuterDisposeScope() };
    }

    private Tensor Crop(Tensor image)
    {
        (long height, long width) = (image.shape[2], image.shape[3]);
        double side = Math.Sqrt(Draw(1.0 / 3, 1)), aspect = Math.Sqrt(Draw(3.0 / 4, 4.0 / 3));
        long rows = Math.Min(height, (long)(height * side / aspect)), columns = Math.Min(width, (long)(width * side * aspect));
        Tensor part = image.narrow(2, (long)Draw(0, height - rows), rows).narrow(3, (long)Draw(0, width - columns), columns);
        return nn.functional.interpolate(part, [size, size], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    private static double Draw(double from, double to)
    {
        using Tensor number = rand(1);
        return from + (to - from) * number.item<float>();
    }
}
