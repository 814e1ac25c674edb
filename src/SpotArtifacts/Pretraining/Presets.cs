using SpotArtifacts.Networks;

namespace SpotArtifacts.Pretraining;

/// <summary>The named starting points of a recipe (method.md section 2). Names are case-sensitive.</summary>
public static class Presets
{
    /// <summary>The preset a recipe starts from when none is named.</summary>
    public const string Default = "tiny32";

    // The authors train each stage for 500 epochs of 100,000 images with 128 images a step (method.md section 4).
    private const int AuthorsBatch = 128;
    private const int AuthorsSteps = 500 * 100_000 / AuthorsBatch;

    // The discriminator's share of right answers that the rates are adapted to keep (method.md section 8).
    private const double EvenGame = 0.7;

    /// <summary>All presets, in the order of method.md section 2.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new() { Preset = Default, Spotting = new() { Balance = EvenGame } },
        AtAuthorsScale("std64", 64, EvenGame),
        AtAuthorsScale("paper96", 96),
        AtAuthorsScale("imagenet128", 128),
        // Tuned for a few minutes on two cores; the trials are in docs/tuning.md.
        Small("demo32", 64, 3500, 3000, new()
        {
            DiscriminatorWidths = [24, 64, 96, 96, 64],
            ClassHeadWidth = 256,
        }) with
        {
            Damage = new() { DropRate = 0.8 },
            Autoencoding = new() { Steps = 3500, LearningRate = 2e-3 },
            Spotting = new()
            {
                Steps = 3000,
                LearningRate = 1e-3,
                RepairLearningRate = 8e-4,
                Balance = EvenGame,
                MaskWeight = 0.5,
            },
        },
        Small("fix32", 8, 100, 100, new()
        {
            StemWidth = 8,
            EncoderWidths = [16, 32, 64],
            DiscriminatorWidths = [12, 32, 48, 48, 32],
            ClassHeadWidth = 64,
        }),
    ];

    /// <summary>The preset of that name.</summary>
    /// <exception cref="RecipeException">No preset has that name.</exception>
    public static Recipe Get(string name)
    {
        foreach (Recipe preset in All)
        {
            if (preset.Preset == name)
                return preset;
        }

        string names = string.Join(", ", All.Select(preset => preset.Preset));
        throw new RecipeException($"There is no preset '{name}'; the presets are {names}.");
    }

    private static Recipe AtAuthorsScale(string name, int imageSize, double balance = 0) => new()
    {
        Preset = name,
        BatchPerRank = AuthorsBatch,
        Network = new()
        {
            ImageSize = imageSize,
            StemWidth = 32,
            EncoderWidths = [64, 128, 256, 512],
            Conv1Stride = 4,
        },
        Autoencoding = new() { Steps = AuthorsSteps },
        Spotting = new() { Steps = AuthorsSteps, Balance = balance },
    };

    private static Recipe Small(string name, int batch, int autoencodingSteps, int spottingSteps, NetworkOptions network) => new()
    {
        Preset = name,
        BatchPerRank = batch,
        Network = network,
        Autoencoding = new() { Steps = autoencodingSteps },
        Spotting = new() { Steps = spottingSteps },
    };
}
