using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

// B images, S image side, K5 channels and M rows and columns of conv5.

/// <summary>
/// conv1 to conv5 of a discriminator, with batch norm and ReLU, as a TorchSharp module: (B, 3, S, S) in [-1, 1] to (B, K5, M, M)
/// in Float32. Gradients flow to its parameters and to its input; <c>train()</c> has batch norms take the batch's statistics,
/// <c>eval()</c> the running ones; a module begins in training mode.
/// </summary>
public sealed class DiscriminatorTrunk : nn.Module<Tensor, Tensor>
{
    private readonly Discriminator _discriminator;

    /// <param name="discriminator">This module's from now on.</param>
    internal DiscriminatorTrunk(Discriminator discriminator) : base("trunk")
    {
        _discriminator = discriminator;
        foreach ((string name, nn.Module layer) in discriminator.named_children())
            if (Discriminator.FeatureLayers.Contains(name))
                register_module(name, layer);
    }

    /// <summary>The trunk as it is before any training.</summary>
    /// <param name="network">Sizes.</param>
    /// <param name="seed">Decides its weights (Glorot uniform), 0 or more.</param>
    public static DiscriminatorTrunk Random(NetworkOptions network, long seed)
    {
        var discriminator = new Discriminator(network, keepMaskHead: false, classes: 0);
        InitialValues.SetGlorotUniform(discriminator, seed);
        return new DiscriminatorTrunk(discriminator);
    }

    /// <summary>Channels of what it gives, K5.</summary>
    public int Channels => _discriminator.Channels;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => _discriminator.Trunk(input, training);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _discriminator.Dispose();
        base.Dispose(disposing);
    }
}
