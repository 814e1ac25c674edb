using SpotArtifacts.Autoencoding;
using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Repair;
using SpotArtifacts.Spotting;
using SpotArtifacts.Spotting.Trunks;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>The networks of stage 2: the frozen autoencoder, what makes corrupt images, and the discriminator.</summary>
public sealed class SpottingNetworks : IDisposable
{
    private readonly FrozenEncoder _encoder;
    private readonly FrozenDecoder _decoder;
    private readonly RepairingDecoder? _repairing;
    private readonly Decoder? _generator;
    private readonly NetworkOptions _network;

    /// <summary>Freezes an autoencoder as it is now and makes the other networks, with zero weights.</summary>
    public SpottingNetworks(Autoencoder autoencoder, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        ArgumentNullException.ThrowIfNull(recipe);
        _network = recipe.Network;
        _encoder = autoencoder.Encoder.Freeze();
        _decoder = autoencoder.Decoder.Freeze();
        bool fromNoise = recipe.Spotting.Corrupt == CorruptImages.GeneratorFromNoise;
        Discriminator = new Discriminator(recipe.Network, keepMaskHead: recipe.Spotting.PredictsMask,
            rotationHead: recipe.Spotting.RotationWeight > 0, instanceHead: recipe.Spotting.InstanceWeight > 0);
        if (fromNoise)
        {
            Repair = _generator = new Decoder(recipe.Network, "generator");
            return;
        }
        var repair = new RepairNetwork(recipe.Network, recipe.Spotting.Repair, recipe.Spotting.Gating);
        Repair = repair;
        _repairing = new RepairingDecoder(_decoder, repair);
    }

    /// <summary>C.</summary>
    public Discriminator Discriminator { get; }

    /// <summary>
    /// The trained source of corrupt images: repair blocks, or the generator of the ablation; may have no parameters.
    /// </summary>
    public nn.Module Repair { get; }

    /// <summary>Whether corrupt images come from damaged features, so that there is a mask.</summary>
    public bool HasMask => _generator is null;

    /// <summary>Sets initial values from a seed.</summary>
    public void Initialize(long seed)
    {
        InitialValues.SetGlorotUniform(Discriminator, seed);
        InitialValues.SetVarianceScaling(Repair, seed);
    }

    /// <summary>
    /// Moves the trained networks to a device; the frozen ones are where their autoencoder was. Do this before an optimiser is
    /// made over them.
    /// </summary>
    public void MoveTo(Device device)
    {
        Discriminator.to(device);
        Repair.to(device);
    }

    /// <summary>Images to bottleneck features, without gradients.</summary>
    public Tensor Encode(Tensor images)
    {
        using IDisposable off = no_grad();
        return _encoder.Forward(images);
    }

    /// <summary>Undamaged features to clean images, without gradients.</summary>
    public Tensor Decode(Tensor features)
    {
        using IDisposable off = no_grad();
        return _decoder.Forward(features);
    }

    /// <summary>Damaged features to repaired images.</summary>
    public Tensor RepairAndDecode(Tensor damaged, KeepMask mask, bool training, Action<string, Tensor>? stage = null) =>
        _repairing!.Forward(damaged, mask, training, stage);

    /// <summary>Images from noise in the shape of the features (ablation).</summary>
    internal Tensor Generate(long images, bool training, Generator random, Device device)
    {
        long grid = _network.ImageSize >> _network.EncoderWidths.Count;
        return _generator!.Forward(Operations.Normal(random, device, images, _network.EncoderWidths[^1], grid, grid), training);
    }

    /// <summary>
    /// C's verdict on clean and corrupt images; its batch norms take both together, and what lies below all of them goes half by
    /// half.
    /// </summary>
    public Verdict Discriminate(
        Tensor clean, Tensor corrupt, bool training, Generator? dropout, Action<string, Tensor>? stage = null)
    {
        Action<string, Tensor>? prefixed = stage is null ? null : (name, value) => stage($"disc.{name}", value);
        Tensor conv5 = Discriminator.Trunk([clean, corrupt], training ? 0 : TrunkLayers.Count, prefixed);
        return Discriminator.Judge(conv5, training, dropout);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        Repair.Dispose();
        Discriminator.Dispose();
    }
}
