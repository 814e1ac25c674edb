using SpotArtifacts.Checkpoints;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Export;

/// <summary>A run's networks in inference mode as plain layers, read out of its weights: what an export writes.</summary>
internal sealed class FoldedNetworks
{
    private const string First = "discriminator.conv1.weight", Logit = "discriminator.fc2.weight",
        Mask = "discriminator.mask_head.weight";

    private FoldedNetworks(NetworkOptions options, Checkpoint weights, bool averaged)
    {
        Options = options;
        var reader = new LayerReader(weights, averaged);
        long[] k = [.. options.DiscriminatorWidths];
        Convolutions =
        [
            reader.Plain("discriminator.conv1", [k[0], 3, 11, 11], options.Conv1Stride),
            reader.Plain("discriminator.conv2", [k[1], k[0] / 2, 5, 5], groups: 2),
            reader.Plain("discriminator.conv3", [k[2], k[1], 3, 3]),
            reader.Plain("discriminator.conv4", [k[3], k[2] / 2, 3, 3], groups: 2),
            reader.Normalized("discriminator.conv5", [k[4], k[3] / 2, 3, 3], scale: false, groups: 2),
        ];
        long grid = options.KeepMaskGrid;
        MaskHead = weights.Has(Mask) ? reader.Plain("discriminator.mask_head", [1, k[4], 3, 3]) : null;
        if (weights.Has(Logit))
            ClassHead = (reader.Normalized("discriminator.fc1", [options.ClassHeadWidth, k[4], grid, grid], scale: false),
                reader.Plain("discriminator.fc2", [weights.ShapeOf(Logit)[0], options.ClassHeadWidth, 1, 1]));
        Autoencoder = FoldedAutoencoder.TryRead(options, weights);
        Digest = NetworkDigest.Of(reader, options);
    }

    /// <summary>Sizes.</summary>
    internal NetworkOptions Options { get; }

    /// <summary>conv1 to conv5.</summary>
    internal IReadOnlyList<FoldedLayer> Convolutions { get; }

    /// <summary>The keep-mask head; null in the ablation without it.</summary>
    internal FoldedLayer? MaskHead { get; }

    /// <summary>
    /// The class head's full-grid convolution, and its 1x1 convolution to logits: 0 = repaired, 1 = real; as many as a baseline has
    /// classes. Null where a pretext had a head of its own, which is not exported.
    /// </summary>
    internal (FoldedLayer Hidden, FoldedLayer Logits)? ClassHead { get; }

    /// <summary>The frozen autoencoder of stage 1; null where the weights hold none, as a baseline's do not.</summary>
    internal FoldedAutoencoder? Autoencoder { get; }

    /// <summary>32 hexadecimal digits that differ between networks whose features differ.</summary>
    internal string Digest { get; }

    /// <summary>Reads the networks out of a run's weights.</summary>
    /// <param name="trained">A run or an exported file.</param>
    /// <param name="averaged">Take the exponential moving averages.</param>
    /// <exception cref="SpotException">
    /// A tensor is missing or has another shape; or averages are wanted and there are none.
    /// </exception>
    internal static FoldedNetworks Of(TrainedWeights trained, bool averaged)
    {
        if (averaged && !trained.Weights.Has($"ema.{First}"))
            throw new SpotException(
                $"{trained.Path} holds no moving averages of the discriminator; leave --ema out, or name the run folder it "
                + "came from");
        return new FoldedNetworks(trained.Recipe.Network, trained.Weights, averaged);
    }
}
