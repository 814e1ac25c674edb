using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>A frozen network whose layers' activations are features.</summary>
public abstract class FeatureExtractor : IDisposable
{
    /// <summary>How the network is called in tables.</summary>
    public required string Name { get; init; }

    /// <summary>Side of the images it takes.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Where it computes, and takes its images.</summary>
    public Device Device { get; private set; } = CPU;

    /// <summary>The network itself; null where there is none that a device could hold.</summary>
    protected virtual nn.Module? Network => null;

    /// <summary>Moves the network to a device.</summary>
    public void MoveTo(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Network?.to(device);
        Device = device;
    }

    /// <summary>The discriminator of stage 2, as it was trained.</summary>
    /// <param name="recipe">Recipe of the run.</param>
    /// <param name="weights">Its weights or a checkpoint of stage 2.</param>
    /// <param name="averaged">Take the exponential moving averages.</param>
    public static FeatureExtractor Pretrained(Recipe recipe, Checkpoint weights, bool averaged = false)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(weights);
        Discriminator network = TrainedWeights.RestoreDiscriminator(recipe.Network, weights, averaged);
        return new DiscriminatorFeatures(network) { Name = "pre-trained", ImageSize = recipe.Network.ImageSize };
    }

    /// <summary>The same network as it was before any training.</summary>
    public static FeatureExtractor Random(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var network = new Discriminator(recipe.Network);
        InitialValues.SetGlorotUniform(network, recipe.Seed);
        return new DiscriminatorFeatures(network) { Name = "random", ImageSize = recipe.Network.ImageSize };
    }

    /// <summary>The encoder of stage 1.</summary>
    public static FeatureExtractor Encoder(Recipe recipe, Checkpoint weights)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(weights);
        var network = new Encoder(recipe.Network);
        weights.Restore(network);
        return new EncoderFeatures(network) { Name = "encoder", ImageSize = recipe.Network.ImageSize };
    }

    /// <summary>Activations of each layer, in order, after its non-linearity and before pooling: (B, C, H, W).</summary>
    /// <param name="images">(B, 3, S, S) in [-1, 1].</param>
    public abstract IReadOnlyList<(string Layer, Tensor Features)> Extract(Tensor images);

    /// <inheritdoc/>
    public abstract void Dispose();

    private sealed class DiscriminatorFeatures(Discriminator network) : FeatureExtractor
    {
        protected override nn.Module Network => network;

        public override IReadOnlyList<(string, Tensor)> Extract(Tensor images)
        {
            IReadOnlyDictionary<string, Tensor> features = network.Features(images);
            return [.. Discriminator.FeatureLayers.Select(layer => (layer, features[layer]))];
        }

        public override void Dispose() => network.Dispose();
    }

    private sealed class EncoderFeatures(Encoder network) : FeatureExtractor
    {
        protected override nn.Module Network => network;

        public override IReadOnlyList<(string, Tensor)> Extract(Tensor images)
        {
            List<(string, Tensor)> features = [];
            network.Forward(images, training: false, (layer, value) => features.Add((layer, EnginePrecision.Widen(value))));
            return features;
        }

        public override void Dispose() => network.Dispose();
    }
}
