using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// The first few images of a run, in their evaluation view: what the sample sheets show, the same throughout a run.
/// </summary>
internal sealed class SampleImages
{
    /// <summary>Images in a row of a sheet, at most.</summary>
    public const int Count = 12;

    private readonly float[] _pixels;
    private readonly int _count, _size;
    private readonly Device _device;

    /// <summary>Prepares the images.</summary>
    /// <param name="images">The run's.</param>
    /// <param name="size">Side S of the views.</param>
    /// <param name="device">Where they are wanted.</param>
    public SampleImages(DecodedImages images, int size, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        SetCount = images.Count;
        (_count, _size, _device) = (Math.Min(Count, images.Count), size, device ?? CPU);
        _pixels = new float[_count * 3 * size * size];
        // Spread over the set: a sorted folder would show one class only.
        for (int i = 0; i < _count; i++)
        {
            RgbImage image = images.Get((int)((long)i * images.Count / _count), out _);
            EvaluationView.Apply(image, size, _pixels.AsSpan(i * 3 * size * size, 3 * size * size));
        }
    }

    /// <summary>Images of the run, all of them.</summary>
    public int SetCount { get; }

    /// <summary>The images (n, 3, S, S) in [-1, 1].</summary>
    public Tensor Images() => TensorData.From<float>(_pixels, _count, 3, _size, _size)
        .ToChannelsLast().to(ScalarType.Float32, _device);

    /// <summary>Images (n, 3, H, W) in [-1, 1] as tiles of a sheet.</summary>
    public static IReadOnlyList<RgbImage> Tiles(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        int height = (int)images.shape[2], width = (int)images.shape[3];
        float[] pixels = images.ToArray<float>();
        return [.. Enumerable.Range(0, (int)images.shape[0])
            .Select(i => PlanarPixels.ToRgb(pixels.AsSpan(i * 3 * height * width, 3 * height * width), height, width))];
    }

    /// <summary>Maps (n, 1, M, M) in [0, 1] as grey tiles of <paramref name="size"/> pixels.</summary>
    public static IReadOnlyList<RgbImage> GreyTiles(Tensor maps, int size)
    {
        ArgumentNullException.ThrowIfNull(maps);
        int grid = (int)maps.shape[2];
        float[] values = maps.ToArray<float>();
        return [.. Enumerable.Range(0, (int)maps.shape[0])
            .Select(i => PlanarPixels.GreyMap(values.AsSpan(i * grid * grid, grid * grid), grid, grid, size / grid))];
    }

    /// <summary>Enlargement of a sheet so that small images can be seen.</summary>
    public static int Scale(int imageSize) => Math.Max(1, 96 / imageSize);
}
