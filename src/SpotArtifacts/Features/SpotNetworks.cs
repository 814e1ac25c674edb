using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Features;

/// <summary>The trained networks of a <see cref="SpotModel"/>, to be used on its thread only: see <see cref="SpotModel.Run{T}"/>.</summary>
public sealed class SpotNetworks : IDisposable
{
    private SpotNetworks(Recipe recipe, Discriminator discriminator, Autoencoder? autoencoder, SpottingNetworks? spotting)
    {
        (Recipe, Discriminator, Autoencoder, Spotting) = (recipe, discriminator, autoencoder, spotting);
        Fingerprint = Digest(discriminator);
    }

    /// <summary>Sizes of the networks, and how they were trained.</summary>
    public Recipe Recipe { get; }

    /// <summary>C, whose layers are the features.</summary>
    public Discriminator Discriminator { get; }

    /// <summary>{E, D} as trained; null unless <see cref="SpotModelOptions.WithRepair"/> asked for it and the weights hold it.</summary>
    public Autoencoder? Autoencoder { get; }

    /// <summary>All networks of stage 2 over the frozen autoencoder, with <see cref="Discriminator"/> among them; null as above.</summary>
    public SpottingNetworks? Spotting { get; }

    /// <summary>32 hexadecimal digits that differ between networks whose features differ: of the tensors of conv1 to conv5.</summary>
    public string Fingerprint { get; }

    /// <summary>One layer's activations: (B, 3, S, S) in [-1, 1] to (B, C, H, W), after ReLU and before pooling.</summary>
    public Tensor Features(Tensor images, string layer) => Discriminator.Features(images)[layer];

    /// <inheritdoc/>
    public void Dispose()
    {
        Autoencoder?.Dispose();
        if (Spotting is not null) Spotting.Dispose();
        else Discriminator.Dispose();
    }

    internal static SpotNetworks Restore(TrainedWeights trained, SpotModelOptions options)
    {
        (Recipe recipe, Checkpoint weights, string path) = trained;
        if (options.Averaged && !weights.Has("ema.discriminator.conv1.weight"))
            throw new SpotException($"{path} holds no moving averages of the discriminator; leave the averages out, or name a file that has them");
        if (options.WithRepair && weights.Has("encoder.stem.conv.weight")) return RestoreAll(recipe, weights, options.Averaged);
        Discriminator discriminator = new(recipe.Network, keepMaskHead: weights.Has("discriminator.mask_head.weight"));
        return Guarded(discriminator, () =>
        {
            weights.Restore(discriminator, options.Averaged);
            return new SpotNetworks(recipe, discriminator, null, null);
        });
    }

    internal static SpotNetworks Random(Recipe recipe)
    {
        Discriminator discriminator = new(recipe.Network);
        InitialValues.SetGlorotUniform(discriminator, recipe.Seed);
        return new SpotNetworks(recipe, discriminator, null, null);
    }

    private static SpotNetworks RestoreAll(Recipe recipe, Checkpoint weights, bool averaged)
    {
        Autoencoder autoencoder = new(recipe.Network);
        return Guarded(autoencoder, () =>
        {
            weights.Restore(autoencoder);
            // Freezing copies the autoencoder as it is now, so it comes first.
            SpottingNetworks networks = new(autoencoder, recipe);
            return Guarded(networks, () =>
            {
                weights.Restore(networks.Repair, averaged);
                weights.Restore(networks.Discriminator, averaged);
                return new SpotNetworks(recipe, networks.Discriminator, autoencoder, networks);
            });
        });
    }

    private static SpotNetworks Guarded(IDisposable owner, Func<SpotNetworks> make)
    {
        try
        {
            return make();
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    private static string Digest(Discriminator discriminator)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in discriminator.Parameters.Where(p => p.Name.StartsWith("discriminator.conv", StringComparison.Ordinal)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(parameter.Name));
            hash.AppendData(MemoryMarshal.AsBytes<float>(parameter.Value.ToArray<float>()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
