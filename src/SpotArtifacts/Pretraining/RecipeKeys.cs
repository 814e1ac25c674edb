using SpotArtifacts.Damage;
using SpotArtifacts.Settings;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Every key of a recipe, in the order it is written: the one table that reading, <c>--set</c>, validation and writing
/// share. A property added to the recipe is added here too; a test counts both. What each means is written at the property and
/// in <c>recipes/tiny32.yaml</c>.
/// </summary>
internal static class RecipeKeys
{
    /// <summary>The key that names the preset; it is chosen, not set.</summary>
    public const string Preset = "preset";

    private const int MostChannels = 65536;
    private static readonly NumberRange s_weight = NumberRange.Between(0, 1e6);
    private static readonly SettingText<double?> s_end = SettingText.NumberOr("same");
    private static readonly SettingText<IReadOnlyList<int>> s_widths =
        SettingText.List(SettingText.WholeNumber<int>(), asYaml: true);

    /// <summary>All keys but the preset's name.</summary>
    public static SettingKeys<Recipe> All { get; } = new()
    {
        r => r.Pretext,
        { r => r.Seed, SettingText.WholeNumber<long>(), "a whole number of 0 or more", seed => seed >= 0 },
        { r => r.BatchPerRank, 2, 65536 },
        { r => r.ShuffleBuffer, 0, int.MaxValue },

        { r => r.Network.ImageSize, 2, 4096 },
        { r => r.Network.StemWidth, 1, MostChannels },
        { r => r.Network.EncoderWidths, s_widths, "a list of 1 to 8 whole numbers, each 1 to 65536",
            v => v.Count is >= 1 and <= 8 && v.All(width => width is >= 1 and <= MostChannels) },
        { r => r.Network.EncoderKernel, 2, 3 },
        r => r.Network.Trunk,
        { r => r.Network.DiscriminatorWidths, s_widths, "a list of five even whole numbers, each 2 to 65536",
            v => v.Count == 5 && v.All(width => width is >= 2 and <= MostChannels && width % 2 == 0) },
        { r => r.Network.ClassHeadWidth, 1, MostChannels },
        { r => r.Network.Conv1Stride, 1, 4 },
        { r => r.Network.Dropout, NumberRange.BelowOne },

        { r => r.Damage.DropRate, NumberRange.InsideOne },
        { r => r.Damage.DropRateEnd, s_end, $"same, or a number {NumberRange.InsideOne.Words}",
            v => v is not { } end || NumberRange.InsideOne.Contains(end) },
        { r => r.Damage.Block, 1, 4096 },
        { r => r.Damage.Fill, SettingText.Fill, NeighborhoodFill.Allowed, _ => true },

        { r => r.Autoencoding.Steps, 1, int.MaxValue },
        { r => r.Autoencoding.LearningRate, NumberRange.Share },
        { r => r.Autoencoding.ReconstructionWeight, s_weight },

        { r => r.Spotting.Steps, 1, int.MaxValue },
        { r => r.Spotting.LearningRate, NumberRange.Share },
        { r => r.Spotting.RepairLearningRate, NumberRange.Share },
        { r => r.Spotting.Balance, new NumberRange("above 0.5 and below 1, or 0", v => v is 0 or > 0.5 and < 1) },
        { r => r.Spotting.MaskWeight, s_weight },
        { r => r.Spotting.MaskWeightEnd, s_end, $"same, or a number {s_weight.Words}",
            v => v is not { } end || s_weight.Contains(end) },
        { r => r.Spotting.RotationWeight, s_weight },
        r => r.Spotting.RotationImages,
        { r => r.Spotting.RotationShare, NumberRange.InsideOne },
        { r => r.Spotting.GameEvery, 1, 1000 },
        { r => r.Spotting.GameFrom, NumberRange.BelowOne },
        { r => r.Spotting.InstanceWeight, s_weight },
        { r => r.Spotting.InstanceTemperature, new NumberRange("above 0 to 100", v => v is > 0 and <= 100) },
        { r => r.Spotting.ReconstructionWeight, s_weight },
        r => r.Spotting.Real,
        r => r.Spotting.Repair,
        r => r.Spotting.Gating,
        r => r.Spotting.Objective,
        r => r.Spotting.Corrupt,
        { r => r.Spotting.HistorySize, 0, int.MaxValue },
        { r => r.Spotting.HistoryShare, NumberRange.Share },

        { r => r.Optimizer.Beta1, NumberRange.BelowOne },
        { r => r.Optimizer.Beta2, NumberRange.BelowOne },
        { r => r.Optimizer.Epsilon, NumberRange.PositiveShare },
        { r => r.Optimizer.WeightDecay, NumberRange.Share },
        { r => r.Optimizer.DecayShare, NumberRange.PositiveShare },
        { r => r.Optimizer.FinalShare, NumberRange.Share },
        { r => r.Optimizer.EmaDecay, NumberRange.BelowOne },

        { r => r.Augmentation.MinArea, NumberRange.PositiveShare },
        { r => r.Augmentation.MaxAspect, NumberRange.Between(1, 100) },
        r => r.Augmentation.Flip,
        { r => r.Augmentation.Brightness, NumberRange.Share },
        { r => r.Augmentation.MinSaturation, s_weight },
        { r => r.Augmentation.MaxSaturation, s_weight },

        { r => r.Recording.MetricsEvery, 1, int.MaxValue },
        { r => r.Recording.SamplesEvery, 1, int.MaxValue },
        { r => r.Recording.CheckpointEvery, 1, int.MaxValue },
    };

    /// <summary>The recipe with a value given to a key.</summary>
    /// <param name="recipe">The recipe before.</param>
    /// <param name="name">The key's name.</param>
    /// <param name="text">The value.</param>
    /// <param name="where">Where it was given, for messages.</param>
    /// <exception cref="RecipeException">An unknown key, or a value that is not allowed.</exception>
    public static Recipe Set(Recipe recipe, string name, string text, string where)
    {
        SettingKey<Recipe> key = All.Find(name) ?? throw Unknown(name, where);
        return key.TrySet(recipe, text, out Recipe changed) ? changed
            : throw new RecipeException($"{where}: {key.Refusal(text)}");
    }

    /// <summary>What to say of a key that does not exist.</summary>
    public static RecipeException Unknown(string name, string where) =>
        new($"{where}: {SettingAssignment.Unknown(name, All.Select(known => known.Name).Append(Preset))}");
}
