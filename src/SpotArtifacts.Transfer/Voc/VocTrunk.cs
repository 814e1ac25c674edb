using SpotArtifacts.Engine;
using SpotArtifacts.Images;
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
    internal static IReadOnlyList<ProtocolSetting> Settings(int size) =>
    [
        ProtocolSetting.Choice("rescaling",
            "Kraehenbuehl's data-dependent rescaling (philkr/magic_init -nit 10 -cs): new layers filled from data and all layers "
                + "calibrated; filled only; or none", "calibrated", "filled", "none"),
        ProtocolSetting.Whole("rescaling_batches", 10, 1, 1000, "batches of 16 views it looks at (magic_init -nit)"),
        ProtocolSetting.Whole("rescaling_size", size, 8, 4096, "side of those views in pixels"),
    ];

    /// <summary>The folded trunk of a network; the caller disposes it.</summary>
    internal static FoldedTrunk Open(EvaluatedNetwork network, ulong seed)
    {
        using Discriminator discriminator = network.OpenDiscriminator(unchecked((long)seed));
        return new FoldedTrunk(discriminator, network.Recipe.Network);
    }

    /// <summary>Fills and rescales a chain as the settings say.</summary>
    /// <returns>What was done, for reports.</returns>
    internal static string Rescale(IReadOnlyList<ChainLayer> chain, VocImages images, ProtocolSettings settings, ulong seed,
        Action drawRandomly)
    {
        if (settings["rescaling"] == "none")
        {
            drawRandomly();
            return "none; new layers have random weights of fixed deviation";
        }
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(SeededRandom.Mix(seed, 0x5ca1e));
        Tensor[] batches = Batches(images, settings.Whole("rescaling_size"), settings.Whole("rescaling_batches"), seed);
        IReadOnlyList<string> filled = DataDependentRescaling.Fill(chain, batches, generator);
        return DataDependentRescaling.Describe(filled,
            settings["rescaling"] == "calibrated" ? DataDependentRescaling.Calibrate(chain, batches, generator) : null);
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
