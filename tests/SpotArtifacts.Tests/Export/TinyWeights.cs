using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Export;

/// <summary>Files of weights of the smallest networks, and images to use them on.</summary>
internal sealed class TinyWeights : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal TinyWeights(long seed = 1) => Weights = Write("weights.safetensors", Presets.Get("fix32") with { Seed = seed });

    internal string Weights { get; }

    internal string At(string name) => _folder.At(name);

    /// <summary>Writes initial weights of all networks, moving averages of the discriminator beside them.</summary>
    internal string Write(string name, Recipe recipe, bool averages = true)
    {
        using DisposeScope scope = NewDisposeScope();
        using Autoencoder autoencoder = new(recipe.Network);
        InitialValues.SetVarianceScaling(autoencoder, recipe.Seed);
        using SpottingNetworks networks = new(autoencoder, recipe);
        networks.Initialize(recipe.Seed);
        Checkpoint checkpoint = new();
        checkpoint.SetText(TrainedWeights.RecipeKey, RecipeFile.ToYaml(recipe));
        checkpoint.Add(autoencoder);
        checkpoint.Add(networks.Repair);
        checkpoint.Add(networks.Discriminator);
        if (averages)
            foreach (NetworkTensor parameter in networks.Discriminator.Trained())
            {
                using Tensor half = parameter.Value * 0.5;
                checkpoint.Add($"ema.{parameter.Name}", half.detach());
            }
        checkpoint.Write(At(name));
        return At(name);
    }

    internal string[] WriteImages(string folder, int count) => BlockImages.Write(_folder, folder, count);

    internal string WriteDamaged(string name) => BlockImages.WriteDamaged(_folder, name);

    public void Dispose() => _folder.Dispose();
}
