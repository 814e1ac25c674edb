using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// Whole images as a network's input: scaled, mirrored, and filled up at the right and below to a multiple of the network's
/// stride.
/// </summary>
internal static class PaddedImage
{
    // What the network subtracts first, so that the margin is zero behind it; in [-1, 1].
    private static readonly float[] s_mean = [123.68f / 127.5f - 1, 116.78f / 127.5f - 1, 103.94f / 127.5f - 1];

    /// <summary>(1, 3, H, W) in [-1, 1], H and W multiples of <paramref name="multiple"/>.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="scale">Factor of both sides; bilinear at half-pixel centres without antialiasing, as cv2.resize does.</param>
    /// <param name="multiple">Stride of the network.</param>
    /// <param name="mirror">Whether left and right are exchanged.</param>
    internal static Tensor Make(RgbImage image, double scale, int multiple, bool mirror)
    {
        float[] planes = Planes(image, mirror);
        Tensor input = TensorData.From<float>(planes, 1, 3, image.Height, image.Width);
        int height = Scaled(image.Height, scale), width = Scaled(image.Width, scale);
        if (height != image.Height || width != image.Width)
            input = functional.interpolate(input, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        int fullHeight = (height + multiple - 1) / multiple * multiple, fullWidth = (width + multiple - 1) / multiple * multiple;
        // Padding by a colour is padding the difference to it by zero.
        Tensor mean = TensorData.From<float>(s_mean, 1, 3, 1, 1);
        return functional.pad(input - mean, [0, fullWidth - width, 0, fullHeight - height]).Plus(mean).ToChannelsLast();
    }

    /// <summary>A side's length after scaling, 1 or more.</summary>
    internal static int Scaled(int length, double scale) => Math.Max(1, (int)Math.Round(length * scale));

    private static float[] Planes(RgbImage image, bool mirror)
    {
        int plane = image.Width * image.Height;
        float[] planes = new float[3 * plane];
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++)
            {
                int from = 3 * (y * image.Width + (mirror ? image.Width - 1 - x : x)), to = y * image.Width + x;
                for (int channel = 0; channel < 3; channel++)
                    planes[channel * plane + to] = image.Pixels[from + channel] / 127.5f - 1;
            }
        return planes;
    }
}
