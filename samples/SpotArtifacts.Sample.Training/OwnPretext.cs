using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Sample.Training;

/// <summary>Pre-trains the same layers by another question.</summary>
internal static class OwnPretext
{
    internal static void Run(string photos, string folder, string[] settings)
    {
        using ImageSet images = ImageSet.Open([photos]);
        Recipe recipe = RecipeResolution.Resolve("demo32", overrides: settings);
        Pretrainer run = Pretrainer.Create(folder, images, recipe, pretext: new Tint());
        run.StageEnded += (_, stage) => Console.WriteLine($"{stage.Stage}: {string.Join(" ", stage.Losses)}");
        run.Run();
    }

    /// <summary>By how much were red, green and blue shifted?</summary>
    private sealed class Tint : IPretext
    {
        public string Name => "tint";

        public nn.Module<Tensor, Tensor> CreateHead(NetworkOptions network) => nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(network.DiscriminatorWidths[^1], 3));

        public PretextBatch Ask(Tensor images, IReadOnlyList<int> indices, Generator random)
        {
            Tensor shift = (rand(images.shape[0], 3, generator: random) - 0.5).to(images.device);
            return new PretextBatch((images + shift.reshape(-1, 3, 1, 1)).clamp(-1, 1), shift);
        }

        public Tensor Loss(Tensor answers, Tensor targets) => nn.functional.mse_loss(answers, targets);
    }
}
