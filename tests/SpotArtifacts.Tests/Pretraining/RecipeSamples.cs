namespace SpotArtifacts.Tests.Pretraining;

/// <summary>For every key of a recipe: values it takes that differ from the default, and values it refuses.</summary>
internal static class RecipeSamples
{
    private static readonly string[] s_notShares = ["-0.001", "1.001", "NaN", "Infinity", "half", "", "[0.5]"];
    private static readonly string[] s_notBelowOne = ["-0.001", "1", "NaN", "x", ""];
    private static readonly string[] s_notPositiveShares = ["0", "-1", "1.001", "NaN", "x", ""];
    private static readonly string[] s_notWeights = ["-0.001", "1e7", "NaN", "x", ""];
    private static readonly string[] s_notCounts = ["0", "-1", "1.5", "1e3", "2147483648", "x", ""];
    private static readonly string[] s_notSwitches = ["yes", "True", "1", ""];

    public static readonly (string Key, string[] Taken, string[] Refused)[] All =
    [
        ("pretext", ["rotation", "labels"], ["Rotation", "none", "1", ""]),
        ("seed", ["0", "2", "9223372036854775807"], ["-1", "1.5", "9223372036854775808", "x", ""]),
        ("batch_per_rank", ["2", "65536"], ["1", "65537", "0", "-2", "3.5", "x", ""]),
        ("shuffle_buffer", ["1", "65536", "2147483647"], ["-1", "1.5", "2147483648", "x", ""]),
        ("network.image_size", ["64", "4096"], ["1", "4097", "0", "-32", "32.0", "x", ""]),
        ("network.stem_width", ["1", "65536"], [.. s_notCounts, "65537"]),
        ("network.encoder_widths", ["[1]", "[32, 64]", "32,64", "48", "[1, 2, 3, 4, 5, 6, 7, 65536]"],
            ["[]", "[0]", "[65537]", "[1, 2, 3, 4, 5, 6, 7, 8, 9]", "[a]", "[1.5]", "32, 64]", "32,,64", ""]),
        ("network.encoder_kernel", ["3"], ["1", "4", "x", ""]),
        ("network.trunk", ["alexnet_bn", "resnet18"], ["AlexNet", "alexnet-bn", "resnet50", "1", ""]),
        ("network.discriminator_widths", ["[2, 4, 6, 8, 10]"],
            ["[2, 4, 6, 8]", "[2, 4, 6, 8, 10, 12]", "[2, 4, 6, 8, 11]", "[0, 4, 6, 8, 10]", "[65538, 4, 6, 8, 10]", "96", ""]),
        ("network.class_head_width", ["1", "65536"], [.. s_notCounts, "65537"]),
        ("network.conv1_stride", ["1", "4"], ["0", "5", "x", ""]),
        ("network.dropout", ["0", "0.999"], s_notBelowOne),
        ("damage.drop_rate", ["0.1", "0.9", "1e-9"], ["0", "1", "-0.1", "1.5", "NaN", "70%", ""]),
        ("damage.drop_rate_end", ["0.1", "0.9", "1e-9"], ["0", "1", "-0.1", "NaN", "Same", "none", ""]),
        ("damage.block", ["2", "4096"], [.. s_notCounts, "4097"]),
        ("damage.fill", ["local5", "local11", "local99", "global", "zero"],
            ["local", "local1", "local2", "local4", "local03", "local101", "local-3", "Local3", "mean", ""]),
        ("autoencoding.steps", ["1", "2147483647"], s_notCounts),
        ("autoencoding.learning_rate", ["0", "1e-3", "1"], s_notShares),
        ("autoencoding.reconstruction_weight", ["0", "1", "1e6"], s_notWeights),
        ("spotting.steps", ["1", "2147483647"], s_notCounts),
        ("spotting.learning_rate", ["0", "1e-3", "1"], s_notShares),
        ("spotting.repair_learning_rate", ["0", "1e-3", "1"], s_notShares),
        ("spotting.balance", ["0.51", "0.65", "0.99"], ["0.5", "1", "-0.65", "65%", "NaN", ""]),
        ("spotting.mask_weight", ["0", "1.5"], s_notWeights),
        ("spotting.mask_weight_end", ["0", "1.5"], [.. s_notWeights, "Same", "none"]),
        ("spotting.rotation_weight", ["1", "1.5"], s_notWeights),
        ("spotting.rotation_images", ["clean", "raw", "all"], ["Raw", "none", "1", ""]),
        ("spotting.rotation_share", ["0.1", "0.9"], ["0", "1", "-0.1", "NaN", "70%", ""]),
        ("spotting.game_every", ["2", "1000"], [.. s_notCounts, "1001"]),
        ("spotting.game_from", ["0.5", "0.99"], s_notBelowOne),
        ("spotting.instance_weight", ["1", "0.5"], s_notWeights),
        ("spotting.instance_temperature", ["0.1", "100"], ["0", "-0.1", "101", "NaN", ""]),
        ("spotting.reconstruction_weight", ["0", "1.5"], s_notWeights),
        ("spotting.real", ["raw"], ["Raw", "decoded", "1", ""]),
        ("spotting.repair", ["local", "none"], ["Local", "some", "1", ""]),
        ("spotting.gating", ["false"], s_notSwitches),
        ("spotting.objective", ["demo"], ["SwappedLabels", "swapped-labels", "0", ""]),
        ("spotting.corrupt", ["generator_from_noise"], ["noise", "gan", "1", ""]),
        ("spotting.history_size", ["1", "10000"], ["-1", "0.5", "x", ""]),
        ("spotting.history_share", ["0", "1"], s_notShares),
        ("optimizer.beta1", ["0", "0.9"], s_notBelowOne),
        ("optimizer.beta2", ["0", "0.99"], s_notBelowOne),
        ("optimizer.epsilon", ["1e-8", "1"], s_notPositiveShares),
        ("optimizer.weight_decay", ["0", "1e-4"], s_notShares),
        ("optimizer.decay_share", ["0.5", "1"], s_notPositiveShares),
        ("optimizer.final_share", ["0", "1"], s_notShares),
        ("optimizer.ema_decay", ["0", "0.999"], s_notBelowOne),
        ("augmentation.min_area", ["0.08", "1"], s_notPositiveShares),
        ("augmentation.max_aspect", ["1", "2.5"], ["0.99", "101", "0", "NaN", "x", ""]),
        ("augmentation.flip", ["false"], s_notSwitches),
        ("augmentation.brightness", ["0", "1"], s_notShares),
        ("augmentation.min_saturation", ["0", "1"], s_notWeights),
        ("augmentation.max_saturation", ["0.5", "2"], s_notWeights),
        ("recording.metrics_every", ["1", "100"], s_notCounts),
        ("recording.samples_every", ["1", "100"], s_notCounts),
        ("recording.checkpoint_every", ["1", "100"], s_notCounts),
    ];

    public static TheoryData<string, string> Taken => Pairs(sample => sample.Taken);

    public static TheoryData<string, string> Refused => Pairs(sample => sample.Refused);

    /// <summary>The value as it stands in a file: as a section with one key, so on line 3 of it.</summary>
    public static string AsYaml(string key, string value)
    {
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? $"# one\n# two\n{key}: {value}\n" : $"# one\n{key[..dot]}:\n  {key[(dot + 1)..]}: {value}\n";
    }

    private static TheoryData<string, string> Pairs(Func<(string Key, string[] Taken, string[] Refused), string[]> values)
    {
        TheoryData<string, string> pairs = [];
        foreach (var sample in All)
        {
            foreach (string value in values(sample))
                pairs.Add(sample.Key, value);
        }

        return pairs;
    }
}
