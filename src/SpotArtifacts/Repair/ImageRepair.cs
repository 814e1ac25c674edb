using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Repair;

// B images, S image side, M bottleneck grid.

/// <summary>What is dropped.</summary>
public sealed record ImageRepairOptions
{
    /// <summary>
    /// Probability that a feature entry is dropped, above 0 and below 1; null: as in training. Ignored when <see cref="Mask"/> is
    /// given.
    /// </summary>
    public double? DropRate { get; init; }

    /// <summary>
    /// M * M numbers, row-major, 1 = kept, 0 = dropped: the same mask for every image; null: one drawn for each.
    /// </summary>
    public IReadOnlyList<float>? Mask { get; init; }

    /// <summary>Decides the masks that are drawn. An image's mask depends on it and on the image's number alone.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>An image on its way through damage and repair; all pictures S x S.</summary>
/// <param name="Input">The whole image as the encoder sees it.</param>
/// <param name="Decoded">Its undamaged features, decoded: what counts as clean.</param>
/// <param name="Damaged">Its damaged features, decoded without repair.</param>
/// <param name="Repaired">The same, repaired.</param>
/// <param name="Mask">M * M numbers, 1 = kept.</param>
/// <param name="Verdicts">How likely the discriminator takes Decoded, Damaged and Repaired for repaired, 0 to 1.</param>
public sealed record RepairedImage(
    RgbImage Input, RgbImage Decoded, RgbImage Damaged, RgbImage Repaired, float[] Mask,
    (float Decoded, float Damaged, float Repaired) Verdicts);

/// <summary>
/// Damages images in the space of their features and repairs them (method.md section 3), on the thread of its networks.
/// </summary>
public sealed class ImageRepair
{
    private readonly RepairingNetworks _networks;
    private readonly ImageRepairOptions _options;
    private readonly double _dropRate;

    /// <summary>A repair by networks that it does not own.</summary>
    /// <param name="networks">Repair.</param>
    /// <param name="options">What to drop.</param>
    /// <exception cref="SpotException">An option cannot be used.</exception>
    public ImageRepair(RepairingNetworks networks, ImageRepairOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(networks);
        (_networks, _options) = (networks, options ?? new ImageRepairOptions());
        Size = networks.Recipe.Network.ImageSize;
        Grid = networks.Recipe.Network.BottleneckGrid;
        _dropRate = _options.DropRate ?? networks.Recipe.Damage.DropRate;
        if (!(_dropRate is > 0 and < 1))
            throw new SpotException(FormattableString.Invariant($"a drop rate of {_dropRate} must be above 0 and below 1"));
        if (_options.Mask is { } mask && mask.Count != Grid * Grid)
            throw new SpotException($"a mask of {mask.Count} numbers does not fit the grid of {Grid} x {Grid}");
    }

    /// <summary>Side of the pictures, S.</summary>
    public int Size { get; }

    /// <summary>Rows and columns of a mask, M.</summary>
    public int Grid { get; }

    /// <summary>Damages and repairs images.</summary>
    /// <param name="images">Images of any size with their numbers, which decide their masks.</param>
    public IReadOnlyList<RepairedImage> Repair(IReadOnlyList<(int Number, RgbImage Image)> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0)
            return [];
        int view = 3 * Size * Size, cells = Grid * Grid;
        float[] pixels = new float[images.Count * view];
        for (int i = 0; i < images.Count; i++)
            WholeView.Apply(images[i].Image, Size, pixels.AsSpan(i * view, view));
        float[] masks = [.. images.SelectMany(image => MaskOf(image.Number))];
        (IReadOnlyList<RgbImage>[] pictures, float[][] verdicts) = Compute(pixels, masks, images.Count);
        return [.. Enumerable.Range(0, images.Count).Select(i => new RepairedImage(
            pictures[0][i], pictures[1][i], pictures[2][i], pictures[3][i], masks[(i * cells)..((i + 1) * cells)],
            (verdicts[0][i], verdicts[1][i], verdicts[2][i])))];
    }

    private (IReadOnlyList<RgbImage>[] Pictures, float[][] Verdicts) Compute(float[] pixels, float[] masks, int count)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        SpottingNetworks spotting = _networks.Spotting;
        Tensor images = TensorData.From<float>(pixels, count, 3, Size, Size).ToChannelsLast();
        var mask = new KeepMask(TensorData.From<float>(masks, count, 1, Grid, Grid));
        Tensor features = spotting.Encode(images);
        Tensor damaged = new FeatureDamage(_networks.Recipe.Damage.Fill).Apply(features, mask);
        Tensor[] made =
            [spotting.Decode(features), spotting.Decode(damaged), spotting.RepairAndDecode(damaged, mask, training: false)];
        return ([.. made.Prepend(images).Select(SampleImages.Tiles)],
            [.. made.Select(picture => RepairedProbability(spotting.Discriminator, picture))]);
    }

    private float[] MaskOf(int number)
    {
        if (_options.Mask is not null)
            return [.. _options.Mask];
        var random = new SeededRandom(SeededRandom.Mix(_options.Seed, (ulong)number));
        float[] mask = new float[Grid * Grid];
        for (int i = 0; i < mask.Length; i++)
            mask[i] = random.NextDouble() < _dropRate ? 0 : 1;
        return mask;
    }

    private static float[] RepairedProbability(Discriminator discriminator, Tensor images)
    {
        Verdict verdict = discriminator.Judge(discriminator.Trunk(images, training: false), training: false, dropout: null);
        return functional.softmax(verdict.ClassLogits, -1).narrow(1, SpottingLoss.Corrupt, 1).ToArray<float>();
    }
}
