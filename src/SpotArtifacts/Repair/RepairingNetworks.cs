using Microsoft.Extensions.Logging;
using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Export;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Repair;

/// <summary>
/// All trained networks of a run, to damage and repair images with. Use it on one thread, the one that loads it.
/// </summary>
public sealed class RepairingNetworks : IDisposable
{
    private readonly Autoencoder _autoencoder;

    private RepairingNetworks(Recipe recipe, Autoencoder autoencoder, SpottingNetworks spotting, string network) =>
        (Recipe, _autoencoder, Spotting, Network) = (recipe, autoencoder, spotting, network);

    /// <summary>Sizes of the networks, and how they were trained.</summary>
    public Recipe Recipe { get; }

    /// <summary>The networks of stage 2 over the frozen autoencoder.</summary>
    public SpottingNetworks Spotting { get; }

    /// <summary>32 hexadecimal digits that differ between networks whose features differ.</summary>
    public string Network { get; }

    /// <summary>Loads a run folder, or a file with all networks.</summary>
    /// <param name="path">What <see cref="TrainedWeights.Open"/> takes.</param>
    /// <param name="averaged">Take the exponential moving averages of repair network and discriminator.</param>
    /// <param name="logger">Told when the run is not finished.</param>
    /// <exception cref="SpotException">Nothing is there, it is damaged, or it holds no repair network.</exception>
    public static RepairingNetworks Load(string path, bool averaged = false, ILogger? logger = null)
    {
        (Recipe recipe, Checkpoint weights, string file) = TrainedWeights.Open(path, logger);
        if (recipe.Pretext != Pretext.Spotting || recipe.Spotting.Corrupt != CorruptImages.DamageAndRepair
            || !weights.Has("encoder.stem.conv.weight"))
            throw new SpotException(
                $"{file} holds no repair network; name the run folder of a pre-training by damage and repair, or a file "
                + "exported with all networks");
        using DisposeScope scope = NewDisposeScope();
        string network = FoldedNetworks.Of(new TrainedWeights(recipe, weights, file), averaged).Digest;
        Autoencoder autoencoder = new(recipe.Network);
        SpottingNetworks? spotting = null;
        try
        {
            weights.Restore(autoencoder);
            // Freezing copies the autoencoder as it is now, so it comes first.
            spotting = new SpottingNetworks(autoencoder, recipe);
            weights.Restore(spotting.Repair, averaged);
            weights.Restore(spotting.Discriminator, averaged);
            return new RepairingNetworks(recipe, autoencoder, spotting, network);
        }
        catch
        {
            spotting?.Dispose();
            autoencoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Spotting.Dispose();
        _autoencoder.Dispose();
    }
}
