using SpotArtifacts.Checkpoints;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting.Trunks;

namespace SpotArtifacts.Export;

/// <summary>A run's networks in inference mode as plain layers, read out of its weights: what an export writes.</summary>
internal sealed class FoldedNetworks
{
    private const string Logit = "discriminator.fc2.weight", Mask = "discriminator.mask_head.weight";

    private FoldedNetworks(NetworkOptions options, Checkpoint weights, bool averaged)
    {
        Options = options;
        Trunk = TrunkPlan.Of(options);
        var reader = new LayerReader(weights, averaged);
        Convolutions = [.. Trunk.Convolutions.Select(reader.Of)];
        long grid = options.KeepMaskGrid, channels = options.DiscriminatorWidths[^1];
        MaskHead = weights.Has(Mask) ? reader.Plain("discriminator.mask_head", [1, channels, 3, 3]) : null;
        if (weights.Has(Logit))
            ClassHead = (reader.Normalized("discriminator.fc1", [options.ClassHeadWidth, channels, grid, grid], scale: false),
                reader.Plain("discriminator.fc2", [weights.ShapeOf(Logit)[0], options.ClassHeadWidth, 1, 1]));
        Autoencoder = FoldedAutoencoder.TryRead(options, weights);
        Digest = NetworkDigest.Of(reader, Trunk);
    }

    /// <summary>Sizes.</summary>
    internal NetworkOptions Options { get; }

    /// <summary>What conv1 to conv5 are.</summary>
    internal TrunkPlan Trunk { get; }

    /// <summary>The trunk's convolutions, as its plan names and orders them.</summary>
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
        if (averaged && !trained.Weights.Has($"ema.{TrunkPlan.Of(trained.Recipe.Network).FirstWeight}"))
            throw new SpotException(
                $"{trained.Path} holds no moving averages of the discriminator; leave --ema out, or name the run folder it "
                + "came from");
        return new FoldedNetworks(trained.Recipe.Network, trained.Weights, averaged);
    }
}
