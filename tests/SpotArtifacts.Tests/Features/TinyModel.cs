using System.Globalization;
using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Tests.Features;

/// <summary>A file of weights of the smallest networks, and images to use them on.</summary>
internal sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal TinyModel(long seed = 1) => Weights = Write("weights.safetensors", seed);

    internal string Weights { get; }

    internal string At(string name) => _folder.At(name);

    /// <summary>Writes initial weights of all networks, moving averages of the discriminator beside them.</summary>
    internal string Write(string name, long seed, bool averages = true)
    {
        Recipe recipe = Presets.Get("fix32") with { Seed = seed };
        using TensorScope scope = new();
        using Autoencoder autoencoder = new(recipe.Network);
        InitialValues.SetVarianceScaling(autoencoder, seed);
        using SpottingNetworks networks = new(autoencoder, recipe);
        networks.Initialize(seed);
        Checkpoint checkpoint = new();
        checkpoint.SetText(TrainedWeights.RecipeKey, RecipeFile.ToYaml(recipe));
        checkpoint.Add(autoencoder);
        checkpoint.Add(networks.Repair);
        checkpoint.Add(networks.Discriminator);
        if (averages)
            foreach (SpotArtifacts.Torch.Modules.Parameter parameter in networks.Discriminator.TrainedParameters)
            {
                using Tensor half = parameter.Value * 0.5;
                checkpoint.Add($"ema.{parameter.Name}", half.Detach());
            }
        checkpoint.Write(At(name));
        return At(name);
    }

    /// <summary>Loads it; conv5's means, 32 numbers, unless said otherwise.</summary>
    internal SpotModel Load(SpotModelOptions? options = null) => SpotModel.Load(Weights, (options ?? Conv5) with { Threads = 1 });

    internal static SpotModelOptions Conv5 { get; } = new() { Layer = "conv5", Pooling = FeaturePooling.Mean };

    /// <summary>Writes images 0 to count - 1, each of its own blocks of colour.</summary>
    internal string[] WriteImages(string folder, int count) =>
        [.. Enumerable.Range(0, count).Select(i => _folder.Write(string.Create(CultureInfo.InvariantCulture, $"{folder}/{i:D4}.png"), PngFile.Encode(Blocks(i))))];

    internal string WriteDamaged(string name) => _folder.Write(name, [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]);

    internal string WriteFile(string name, byte[] content) => _folder.Write(name, content);

    /// <summary>4 x 4 blocks of drawn colours: survives resizing, unlike noise.</summary>
    internal static RgbImage Blocks(int seed, int side = 40)
    {
        RgbImage small = TestImages.Pattern(4, 4, 1000 + seed), image = new(side, side);
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                TestImages.PixelAt(small, 4 * x / side, 4 * y / side).CopyTo(image.Pixels.AsSpan(3 * (y * side + x)));
        return image;
    }

    public void Dispose() => _folder.Dispose();
}
