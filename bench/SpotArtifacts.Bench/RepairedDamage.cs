using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Repair;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// The project's own damage: features dropped, filled, decoded and repaired; clean is the autoencoded image, as in training.
/// </summary>
internal sealed class RepairedDamage(RepairingNetworks networks)
{
    private readonly int _size = networks.Recipe.Network.ImageSize, _grid = networks.Recipe.Network.BottleneckGrid;

    /// <summary>Each entry dropped at random, at the rate of training.</summary>
    internal IReadOnlyList<PlantedCase> Everywhere(IReadOnlyList<RgbImage> images, ulong seed)
    {
        var random = new SeededRandom(seed);
        double rate = networks.Recipe.Damage.DropRate;
        float[] keep = new float[images.Count * _grid * _grid];
        for (int i = 0; i < keep.Length; i++)
            keep[i] = random.NextDouble() < rate ? 0 : 1;
        return Make(images, keep);
    }

    /// <summary>A rectangle of entries dropped.</summary>
    internal IReadOnlyList<PlantedCase> InAPart(IReadOnlyList<RgbImage> images, ulong seed)
    {
        var random = new SeededRandom(seed);
        float[] keep = new float[images.Count * _grid * _grid];
        Array.Fill(keep, 1);
        for (int i = 0; i < images.Count; i++)
        {
            (int left, int top, int width, int height) = PlantedDamage.Rectangle(_grid, _grid, ref random);
            for (int y = top; y < top + height; y++)
                keep.AsSpan((i * _grid + y) * _grid + left, width).Clear();
        }
        return Make(images, keep);
    }

    /// <summary>Images through the autoencoder.</summary>
    internal IReadOnlyList<RgbImage> Autoencode(IReadOnlyList<RgbImage> images)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return SampleImages.Tiles(networks.Spotting.Decode(networks.Spotting.Encode(Views(images))));
    }

    private IReadOnlyList<PlantedCase> Make(IReadOnlyList<RgbImage> images, float[] keep)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = networks.Spotting.Encode(Views(images));
        var mask = new KeepMask(TensorData.From<float>(keep, images.Count, 1, _grid, _grid));
        Tensor damaged = new FeatureDamage(networks.Recipe.Damage.Fill).Apply(features, mask);
        IReadOnlyList<RgbImage> clean = SampleImages.Tiles(networks.Spotting.Decode(features));
        IReadOnlyList<RgbImage> repaired = SampleImages.Tiles(networks.Spotting.RepairAndDecode(damaged, mask, training: false));
        return [.. clean.Select((image, i) =>
            new PlantedCase(image, repaired[i], Where(keep.AsSpan(i * _grid * _grid, _grid * _grid))))];
    }

    private bool[] Where(ReadOnlySpan<float> keep)
    {
        bool[] where = new bool[_size * _size];
        for (int i = 0; i < where.Length; i++)
            where[i] = keep[i / _size * _grid / _size * _grid + i % _size * _grid / _size] == 0;
        return where;
    }

    private Tensor Views(IReadOnlyList<RgbImage> images)
    {
        int view = 3 * _size * _size;
        float[] pixels = new float[images.Count * view];
        for (int i = 0; i < images.Count; i++)
            WholeView.Apply(images[i], _size, pixels.AsSpan(i * view, view));
        return TensorData.From<float>(pixels, images.Count, 3, _size, _size).ToChannelsLast();
    }
}
