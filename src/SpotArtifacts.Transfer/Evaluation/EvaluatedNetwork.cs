using SpotArtifacts.Checkpoints;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>What kind of network a column of the table is.</summary>
public enum NetworkKind
{
    /// <summary>A discriminator as a run has trained it, by whatever task.</summary>
    Pretrained,

    /// <summary>The same discriminator before any training.</summary>
    Random,

    /// <summary>The encoder of stage 1: layers of its own.</summary>
    Encoder,
}

/// <summary>
/// A network that protocols measure: opened afresh by each that needs it, so that none changes what another sees.
/// </summary>
public sealed record EvaluatedNetwork
{
    /// <summary>
    /// How it is called in tables: <c>random </c>, <c>encoder </c>, <c>pre-trained </c>, or the name given with <c>--baseline
    /// </c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>What kind it is.</summary>
    public required NetworkKind Kind { get; init; }

    /// <summary>Sizes, and how it was trained.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>Its tensors; for random weights those of the run it stands beside.</summary>
    public required Checkpoint Weights { get; init; }

    /// <summary>File the tensors came from, or what made them.</summary>
    public required string Source { get; init; }

    /// <summary>Whether the exponential moving averages are taken.</summary>
    public bool Averaged { get; init; }

    /// <summary>Side of the images the network was made for.</summary>
    public int ImageSize => Recipe.Network.ImageSize;

    /// <summary>Whether there is a trunk of conv1 to conv5.</summary>
    public bool HasTrunk => Kind != NetworkKind.Encoder;

    /// <summary>Where frozen features are computed; null for the processor.</summary>
    public Device? Device { get; init; }

    /// <summary>The frozen network on its device; the caller disposes it.</summary>
    public FeatureExtractor OpenExtractor()
    {
        FeatureExtractor extractor = Kind switch
        {
            NetworkKind.Random => FeatureExtractor.Random(Recipe),
            NetworkKind.Encoder => FeatureExtractor.Encoder(Recipe, Weights),
            _ => FeatureExtractor.Pretrained(Recipe, Weights, Averaged),
        };
        if (Device is not null)
            extractor.MoveTo(Device);
        return extractor;
    }

    /// <summary>A copy of the discriminator, to be trained further; the caller disposes it.</summary>
    /// <param name="seed">Seed of the weights where they are random; another one gives another network.</param>
    /// <exception cref="InvalidOperationException">The network has no trunk.</exception>
    public Discriminator OpenDiscriminator(long? seed = null)
    {
        if (!HasTrunk)
            throw new InvalidOperationException($"{Name} has no trunk");
        if (Kind == NetworkKind.Random)
        {
            var fresh = new Discriminator(Recipe.Network);
            InitialValues.SetGlorotUniform(fresh, seed ?? Recipe.Seed);
            return fresh;
        }
        return TrainedWeights.RestoreDiscriminator(Recipe.Network, Weights, Averaged);
    }
}
