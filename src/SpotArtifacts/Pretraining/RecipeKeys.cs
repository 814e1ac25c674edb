using SpotArtifacts.Damage;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Repair;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Every key of a recipe, in the order it is written: the one table that reading, <c>--set</c>, validation and writing
/// share. A property added to the recipe is added here too; a test counts both.
/// </summary>
internal static class RecipeKeys
{
    /// <summary>The key that names the preset; it is chosen, not set.</summary>
    public const string Preset = "preset";

    private static readonly WholeNumberText s_wholeNumber = new();
    private static readonly NumberText s_number = new();
    private static readonly SwitchText s_switch = new();
    private static readonly PlainText s_plain = new();
    private static readonly WholeNumbersText s_wholeNumbers = new();

    /// <summary>All keys but the preset's name.</summary>
    public static IReadOnlyList<RecipeKey> All { get; } =
    [
        Name("pretext", r => r.Pretext, (r, v) => r with { Pretext = v }),
        new RecipeKey<long>("seed", "a whole number, 0 or more", s_wholeNumber, seed => seed >= 0,
            r => r.Seed, (r, v) => r with { Seed = v }),
        Count("batch_per_rank", 2, 65536, r => r.BatchPerRank, (r, v) => r with { BatchPerRank = v }),
        Count("shuffle_buffer", 0, int.MaxValue, r => r.ShuffleBuffer, (r, v) => r with { ShuffleBuffer = v }),
        .. NetworkKeys(),
        .. DamageKeys(),
        .. AutoencodingKeys(),
        .. SpottingKeys(),
        .. OptimizerKeys(),
        .. AugmentationKeys(),
        .. RecordingKeys(),
    ];

    private static RecipeKey[] NetworkKeys()
    {
        static Func<Recipe, T, Recipe> Set<T>(Func<NetworkOptions, T, NetworkOptions> set) =>
            (r, v) => r with { Network = set(r.Network, v) };
        return
        [
            Count("network.image_size", 2, 4096, r => r.Network.ImageSize, Set<int>((o, v) => o with { ImageSize = v })),
            Count("network.stem_width", 1, 65536, r => r.Network.StemWidth, Set<int>((o, v) => o with { StemWidth = v })),
            List("network.encoder_widths", "a list of 1 to 8 whole numbers, each 1 to 65536",
                v => v.Count is >= 1 and <= 8 && v.All(width => width is >= 1 and <= 65536),
                r => r.Network.EncoderWidths, Set<IReadOnlyList<int>>((o, v) => o with { EncoderWidths = v })),
            Count("network.encoder_kernel", 2, 3, r => r.Network.EncoderKernel, Set<int>((o, v) => o with { EncoderKernel = v })),
            List("network.discriminator_widths", "a list of five even whole numbers, each 2 to 65536",
                v => v.Count == 5 && v.All(width => width is >= 2 and <= 65536 && width % 2 == 0),
                r => r.Network.DiscriminatorWidths, Set<IReadOnlyList<int>>((o, v) => o with { DiscriminatorWidths = v })),
            Count("network.class_head_width", 1, 65536,
                r => r.Network.ClassHeadWidth, Set<int>((o, v) => o with { ClassHeadWidth = v })),
            Count("network.conv1_stride", 1, 4, r => r.Network.Conv1Stride, Set<int>((o, v) => o with { Conv1Stride = v })),
            BelowOne("network.dropout", r => r.Network.Dropout, Set<double>((o, v) => o with { Dropout = v })),
        ];
    }

    private static RecipeKey[] DamageKeys() =>
    [
        Real("damage.drop_rate", "above 0 and below 1", v => v is > 0 and < 1,
            r => r.Damage.DropRate, (r, v) => r with { Damage = r.Damage with { DropRate = v } }),
        new RecipeKey<NeighborhoodFill>("damage.fill", NeighborhoodFill.Allowed, new FillText(), _ => true,
            r => r.Damage.Fill, (r, v) => r with { Damage = r.Damage with { Fill = v } }),
    ];

    private static RecipeKey[] AutoencodingKeys()
    {
        static Func<Recipe, T, Recipe> Set<T>(Func<AutoencodingOptions, T, AutoencodingOptions> set) =>
            (r, v) => r with { Autoencoding = set(r.Autoencoding, v) };
        return
        [
            Count("autoencoding.steps", 1, int.MaxValue, r => r.Autoencoding.Steps, Set<int>((o, v) => o with { Steps = v })),
            Share("autoencoding.learning_rate",
                r => r.Autoencoding.LearningRate, Set<double>((o, v) => o with { LearningRate = v })),
            Weight("autoencoding.reconstruction_weight",
                r => r.Autoencoding.ReconstructionWeight, Set<double>((o, v) => o with { ReconstructionWeight = v })),
        ];
    }

    private static RecipeKey[] SpottingKeys()
    {
        static Func<Recipe, T, Recipe> Set<T>(Func<SpottingOptions, T, SpottingOptions> set) =>
            (r, v) => r with { Spotting = set(r.Spotting, v) };
        return
        [
            Count("spotting.steps", 1, int.MaxValue, r => r.Spotting.Steps, Set<int>((o, v) => o with { Steps = v })),
            Share("spotting.learning_rate", r => r.Spotting.LearningRate, Set<double>((o, v) => o with { LearningRate = v })),
            Share("spotting.repair_learning_rate",
                r => r.Spotting.RepairLearningRate, Set<double>((o, v) => o with { RepairLearningRate = v })),
            Weight("spotting.mask_weight", r => r.Spotting.MaskWeight, Set<double>((o, v) => o with { MaskWeight = v })),
            Weight("spotting.reconstruction_weight",
                r => r.Spotting.ReconstructionWeight, Set<double>((o, v) => o with { ReconstructionWeight = v })),
            Name("spotting.real", r => r.Spotting.Real, Set<RealImages>((o, v) => o with { Real = v })),
            Name("spotting.repair", r => r.Spotting.Repair, Set<RepairPlacement>((o, v) => o with { Repair = v })),
            OnOff("spotting.gating", r => r.Spotting.Gating, Set<bool>((o, v) => o with { Gating = v })),
            Name("spotting.objective", r => r.Spotting.Objective, Set<RepairObjective>((o, v) => o with { Objective = v })),
            Name("spotting.corrupt", r => r.Spotting.Corrupt, Set<CorruptImages>((o, v) => o with { Corrupt = v })),
            Count("spotting.history_size", 0, int.MaxValue,
                r => r.Spotting.HistorySize, Set<int>((o, v) => o with { HistorySize = v })),
            Share("spotting.history_share", r => r.Spotting.HistoryShare, Set<double>((o, v) => o with { HistoryShare = v })),
        ];
    }

    private static RecipeKey[] OptimizerKeys()
    {
        static Func<Recipe, double, Recipe> Set(Func<OptimizerOptions, double, OptimizerOptions> set) =>
            (r, v) => r with { Optimizer = set(r.Optimizer, v) };
        return
        [
            BelowOne("optimizer.beta1", r => r.Optimizer.Beta1, Set((o, v) => o with { Beta1 = v })),
            BelowOne("optimizer.beta2", r => r.Optimizer.Beta2, Set((o, v) => o with { Beta2 = v })),
            PositiveShare("optimizer.epsilon", r => r.Optimizer.Epsilon, Set((o, v) => o with { Epsilon = v })),
            Share("optimizer.weight_decay", r => r.Optimizer.WeightDecay, Set((o, v) => o with { WeightDecay = v })),
            PositiveShare("optimizer.decay_share", r => r.Optimizer.DecayShare, Set((o, v) => o with { DecayShare = v })),
            Share("optimizer.final_share", r => r.Optimizer.FinalShare, Set((o, v) => o with { FinalShare = v })),
            BelowOne("optimizer.ema_decay", r => r.Optimizer.EmaDecay, Set((o, v) => o with { EmaDecay = v })),
        ];
    }

    private static RecipeKey[] AugmentationKeys()
    {
        static Func<Recipe, T, Recipe> Set<T>(Func<AugmentationOptions, T, AugmentationOptions> set) =>
            (r, v) => r with { Augmentation = set(r.Augmentation, v) };
        return
        [
            PositiveShare("augmentation.min_area", r => r.Augmentation.MinArea, Set<double>((o, v) => o with { MinArea = v })),
            Real("augmentation.max_aspect", "1 to 100", v => v is >= 1 and <= 100,
                r => r.Augmentation.MaxAspect, Set<double>((o, v) => o with { MaxAspect = v })),
            OnOff("augmentation.flip", r => r.Augmentation.Flip, Set<bool>((o, v) => o with { Flip = v })),
            Share("augmentation.brightness", r => r.Augmentation.Brightness, Set<double>((o, v) => o with { Brightness = v })),
            Weight("augmentation.min_saturation",
                r => r.Augmentation.MinSaturation, Set<double>((o, v) => o with { MinSaturation = v })),
            Weight("augmentation.max_saturation",
                r => r.Augmentation.MaxSaturation, Set<double>((o, v) => o with { MaxSaturation = v })),
        ];
    }

    private static RecipeKey[] RecordingKeys()
    {
        static Func<Recipe, int, Recipe> Set(Func<RecordingOptions, int, RecordingOptions> set) =>
            (r, v) => r with { Recording = set(r.Recording, v) };
        return
        [
            Count("recording.metrics_every", 1, int.MaxValue,
                r => r.Recording.MetricsEvery, Set((o, v) => o with { MetricsEvery = v })),
            Count("recording.samples_every", 1, int.MaxValue,
                r => r.Recording.SamplesEvery, Set((o, v) => o with { SamplesEvery = v })),
            Count("recording.checkpoint_every", 1, int.MaxValue,
                r => r.Recording.CheckpointEvery, Set((o, v) => o with { CheckpointEvery = v })),
        ];
    }

    private static RecipeKey<long> Count(string name, int least, int most, Func<Recipe, int> get, Func<Recipe, int, Recipe> set)
    {
        string allowed = most < int.MaxValue ? $"a whole number, {least} to {most}" : $"a whole number, {least} or more";
        return new(name, allowed, s_wholeNumber, v => v >= least && v <= most, r => get(r), (r, v) => set(r, (int)v));
    }

    private static RecipeKey<IReadOnlyList<int>> List(string name, string allowed, Func<IReadOnlyList<int>, bool> isAllowed,
        Func<Recipe, IReadOnlyList<int>> get, Func<Recipe, IReadOnlyList<int>, Recipe> set) =>
        new(name, allowed, s_wholeNumbers, isAllowed, get, set);

    private static RecipeKey<double> Real(string name, string allowed, Func<double, bool> isAllowed,
        Func<Recipe, double> get, Func<Recipe, double, Recipe> set) =>
        new(name, "a number " + allowed, s_number, isAllowed, get, set);

    private static RecipeKey<double> Share(string name, Func<Recipe, double> get, Func<Recipe, double, Recipe> set) =>
        Real(name, "from 0 to 1", v => v is >= 0 and <= 1, get, set);

    private static RecipeKey<double> PositiveShare(string name, Func<Recipe, double> get, Func<Recipe, double, Recipe> set) =>
        Real(name, "above 0, 1 at most", v => v is > 0 and <= 1, get, set);

    private static RecipeKey<double> BelowOne(string name, Func<Recipe, double> get, Func<Recipe, double, Recipe> set) =>
        Real(name, "from 0 to below 1", v => v is >= 0 and < 1, get, set);

    private static RecipeKey<double> Weight(string name, Func<Recipe, double> get, Func<Recipe, double, Recipe> set) =>
        Real(name, "from 0 to 1000000", v => v is >= 0 and <= 1e6, get, set);

    private static RecipeKey<bool> OnOff(string name, Func<Recipe, bool> get, Func<Recipe, bool, Recipe> set) =>
        new(name, "true or false", s_switch, _ => true, get, set);

    private static RecipeKey<T> Name<T>(string name, Func<Recipe, T> get, Func<Recipe, T, Recipe> set)
        where T : struct, Enum =>
        new(name, NameText<T>.Names, new NameText<T>(), Enum.IsDefined, get, set);
}
