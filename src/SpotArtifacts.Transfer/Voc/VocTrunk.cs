using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Settings;
using SpotArtifacts.Spotting;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// How the three tuned VOC protocols get from a pre-trained discriminator to a network of their own: fold, then fill and rescale
/// from data.
/// </summary>
internal static class VocTrunk
{
    // magic_init's -bs.
    private const int RescalingBatch = 16;

    /// <summary>The settings of this step.</summary>
    internal static SettingKeys<T> Keys<T>()
        where T : VocTunedOptions => new()
        {
            { o => o.Rescaling,
                "Kraehenbuehl's data-dependent rescaling (philkr/magic_init -nit 10 -cs): new layers filled from data and all "
                    + "layers calibrated; filled only; or none" },
            { o => o.RescalingBatches, 1, 1000, "batches of 16 views it looks at (magic_init -nit)" },
            { o => o.RescalingSize, 8, 4096, "side of those views in pixels" },
        };

    /// <summary>Why these protocols cannot measure a network, or null when they can.</summary>
    internal static string? CannotUse(EvaluatedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.HasTrunk && network.Recipe.Network.Trunk == TrunkKind.Resnet18
            ? $"{network.Name} ({network.Source}) has network.trunk resnet18, but this protocol folds, fills and rescales a "
                + "chain of plain convolutions, as alexnet and alexnet_bn are; voc07-svm and the protocols for labelled folders "
                + "take any trunk"
            : null;
    }

    /// <summary>The folded trunk of a network; the caller disposes it.</summary>
    internal static FoldedTrunk Open(EvaluatedNetwork network, ulong seed)
    {
        using Discriminator discriminator = network.OpenDiscriminator(unchecked((long)seed));
        return new FoldedTrunk(discriminator, network.Recipe.Network);
    }

    /// <summary>Fills and rescales a chain as the settings say.</summary>
    /// <returns>What was done, for reports.</returns>
    internal static string Rescale(IReadOnlyList<ChainLayer> chain, VocImages images, VocTunedOptions options, ulong seed,
        Action drawRandomly)
    {
        if (options.Rescaling == VocRescaling.None)
        {
            drawRandomly();
            return "none; new layers have random weights of fixed deviation";
        }
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(SeededRandom.Mix(seed, 0x5ca1e));
        Tensor[] batches = Batches(images, options.RescalingSize, options.RescalingBatches, seed);
        IReadOnlyList<string> filled = DataDependentRescaling.Fill(chain, batches, generator);
        return DataDependentRescaling.Describe(filled,
            options.Rescaling == VocRescaling.Calibrated ? DataDependentRescaling.Calibrate(chain, batches, generator) : null);
    }

    private static Tensor[] Batches(VocImages images, int size, int count, ulong seed)
    {
        var view = new RandomScaleView(size, 0.5, 2);
        int values = 3 * size * size;
        float[] pixels = new float[RescalingBatch * values];
        SeededRandom random = new(seed);
        Tensor[] batches = new Tensor[count];
        for (int b = 0; b < count; b++)
        {
            for (int i = 0; i < RescalingBatch; i++)
                view.Apply(images.Get(random.NextInt(images.Count)), random.NextUInt64(), pixels.AsSpan(i * values, values));
            batches[b] = TensorData.From<float>(pixels, RescalingBatch, 3, size, size).ToChannelsLast();
        }
        return batches;
    }
}

/// <summary>Settings of the three VOC protocols that train the trunk; the keys say what each means.</summary>
internal abstract record VocTunedOptions : VocOptions
{
    public VocRescaling Rescaling { get; init; }
    public int RescalingBatches { get; init; } = 10;
    public int RescalingSize { get; init; } = 227;
}

/// <summary>What data decides of the weights before training.</summary>
internal enum VocRescaling
{
    Calibrated,
    Filled,
    None,
}
