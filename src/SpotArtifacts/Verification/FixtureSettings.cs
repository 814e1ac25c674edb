using System.Text.Json;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Verification;

/// <summary>What a fixture's metadata says it was made with.</summary>
/// <param name="Recipe">Sizes, weights and optimiser, dropout off.</param>
/// <param name="LearningRate">Rate of every step but the slow ones.</param>
/// <param name="SlowLearningRate">Rate of the five slow steps.</param>
/// <param name="EmaDecay">Constant decay of the average.</param>
/// <param name="StateSeed">Seed of a start state that is generated.</param>
internal sealed record FixtureSettings(
    Recipe Recipe, double LearningRate, double SlowLearningRate, double EmaDecay, long StateSeed)
{
    // Constants of the method that the program does not let a recipe change.
    private static readonly (string Key, double Value)[] s_constants =
    [
        ("bn_eps", BatchNorm.Epsilon),
        ("bn_momentum", BatchNorm.Momentum),
        ("leak", NormalizedConvolution.Slope),
        ("lrn_alpha_sum", 2e-5),
        ("lrn_size", 5),
        ("lrn_beta", 0.75),
        ("lrn_k", 1),
        ("class_real", Spotting.SpottingLoss.Real),
        ("class_corrupt", Spotting.SpottingLoss.Corrupt),
    ];

    /// <summary>Constants of the fixture's Adam.</summary>
    public AdamOptions Adam => new(
        Recipe.Optimizer.Beta1, Recipe.Optimizer.Beta2, Recipe.Optimizer.Epsilon, Recipe.Optimizer.WeightDecay);

    /// <summary>Reads a file's metadata.</summary>
    /// <exception cref="FixtureException">Something is missing, malformed, or not what this program implements.</exception>
    public static FixtureSettings Parse(IReadOnlyDictionary<string, string> metadata, FixtureKind kind)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        try
        {
            using var hyper = JsonDocument.Parse(Text(metadata, "hyper"));
            double Number(string key) => hyper.RootElement.GetProperty(key).GetDouble();
            foreach ((string key, double value) in s_constants)
                if (Number(key) != value)
                    throw new FixtureException($"it was made with {key} = {Number(key)}, this program has {value}");
            NetworkOptions network = kind == FixtureKind.Operations ? new() : Network(Text(metadata, "architecture"));
            return new FixtureSettings(
                MakeRecipe(network, Number), Number("lr"), Number("slow_lr"), Number("ema_test_decay"),
                long.Parse(Text(metadata, "state_seed"), null));
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new FixtureException($"malformed metadata: {e.Message}", e);
        }
        catch (RecipeException e)
        {
            throw new FixtureException($"its metadata describe networks that cannot be: {e.Message}", e);
        }
    }

    private static NetworkOptions Network(string architecture)
    {
        using var json = JsonDocument.Parse(architecture);
        int Number(string key) => json.RootElement.GetProperty(key).GetInt32();
        int[] Numbers(string key) => [.. json.RootElement.GetProperty(key).EnumerateArray().Select(n => n.GetInt32())];
        return new NetworkOptions
        {
            ImageSize = Number("image"),
            StemWidth = Number("stem"),
            EncoderWidths = Numbers("widths"),
            DiscriminatorWidths = Numbers("alex"),
            ClassHeadWidth = Number("fc"),
            Conv1Stride = Number("conv1_stride"),
            Dropout = 0,
        };
    }

    private static Recipe MakeRecipe(NetworkOptions network, Func<string, double> number)
    {
        var recipe = new Recipe
        {
            Network = network,
            Damage = new() { DropRate = number("drop_prob") },
            Autoencoding = new() { ReconstructionWeight = number("w_mse") },
            Spotting = new() { ReconstructionWeight = number("w_mse"), MaskWeight = number("w_mask") },
            Optimizer = new()
            {
                Beta1 = number("beta1"),
                Beta2 = number("beta2"),
                Epsilon = number("adam_eps"),
                WeightDecay = number("weight_decay"),
            },
        };
        recipe.Validate();
        return recipe;
    }

    private static string Text(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? text) ? text : throw new FixtureException($"its metadata have no '{key}'");
}
