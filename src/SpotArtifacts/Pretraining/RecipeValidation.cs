using System.Globalization;
using SpotArtifacts.Networks;
using SpotArtifacts.Repair;
using SpotArtifacts.Settings;
using SpotArtifacts.Spotting;

namespace SpotArtifacts.Pretraining;

/// <summary>Checks a recipe as a whole, once, at the edge: what lies behind may rely on it.</summary>
internal static class RecipeValidation
{
    /// <summary>Throws unless every value is in range and the values go together.</summary>
    /// <exception cref="RecipeException">Lists every problem.</exception>
    public static void Validate(this Recipe recipe)
    {
        IReadOnlyList<string> problems = Problems(recipe);
        if (problems.Count > 0)
            throw new RecipeException("The recipe cannot work: " + string.Join("\n  ", problems));
    }

    /// <summary>What is wrong with the recipe, one sentence each; empty when nothing is.</summary>
    public static IReadOnlyList<string> Problems(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        List<string> problems = [];
        foreach (SettingKey<Recipe> key in RecipeKeys.All)
        {
            if (!key.IsValid(recipe))
                problems.Add($"{key.Name} is {key.Get(recipe)}, but must be {key.Allowed}.");
        }

        // Values out of range would only make the sizes below absurd.
        if (problems.Count == 0)
        {
            AddGridProblems(recipe.Network, problems);
            AddGameProblems(recipe, problems);
            if (recipe.Augmentation.MinSaturation > recipe.Augmentation.MaxSaturation)
                problems.Add("augmentation.min_saturation must not exceed augmentation.max_saturation.");
        }

        return problems;
    }

    private static void AddGameProblems(Recipe recipe, List<string> problems)
    {
        SpottingOptions spotting = recipe.Spotting;
        if (recipe.Damage.Block > recipe.Network.BottleneckGrid)
            problems.Add($"damage.block is {recipe.Damage.Block}, but must not exceed the bottleneck grid's side, "
                + $"{recipe.Network.BottleneckGrid}.");
        if (spotting.Balance > 0 && spotting.Repair == RepairPlacement.None)
            problems.Add("spotting.balance adapts the repair network's learning rate, but spotting.repair is none: set "
                + "spotting.balance to 0.");
        if (spotting.GameEvery > 1)
            AddIdleStepsProblem(spotting, $"spotting.game_every is {spotting.GameEvery}", "spotting.game_every to 1", problems);
        if (spotting.GameFrom > 0)
            AddIdleStepsProblem(spotting, "spotting.game_from is " + spotting.GameFrom.ToString(CultureInfo.InvariantCulture),
                "spotting.game_from to 0", problems);
        if (spotting.InstanceWeight > 0 && !spotting.AsksRaw)
            problems.Add("spotting.instance_weight asks of the images that the rotation question is asked of: set "
                + "spotting.rotation_weight above 0, and spotting.rotation_images to raw or all.");
        if (spotting.RotationWeight == 0)
            return;
        if (recipe.BatchPerRank < QuarterTurns.Count)
            problems.Add($"batch_per_rank is {recipe.BatchPerRank}, but spotting.rotation_weight needs "
                + $"{QuarterTurns.Count} images or more: one for each turn.");
        if (spotting.RotationImages is not (RotationImages.Game or RotationImages.All))
            return;
        string images = $"spotting.rotation_images is {(spotting.RotationImages == RotationImages.Game ? "game" : "all")}, but";
        if (spotting.Corrupt == CorruptImages.GeneratorFromNoise)
            problems.Add($"{images} images from noise (spotting.corrupt) have no turn: clean and raw go with it.");
        if (spotting.HistorySize > 0)
            problems.Add(
                $"{images} of past images (spotting.history_size) the turn is not kept: clean and raw go with them.");
    }

    private static void AddIdleStepsProblem(SpottingOptions spotting, string setting, string without, List<string> problems)
    {
        if (!spotting.AsksRaw)
            problems.Add($"{setting}, but the steps without the game would ask nothing: set spotting.rotation_weight above 0 and "
                + $"spotting.rotation_images to raw or all, or {without}.");
    }

    private static void AddGridProblems(NetworkOptions network, List<string> problems)
    {
        int levels = network.EncoderWidths.Count;
        if (network.ImageSize % (1 << levels) != 0)
        {
            problems.Add($"network.image_size is {network.ImageSize}, but must be a multiple of {1 << levels}: "
                + $"each of the {levels} network.encoder_widths halves the image.");
            return;
        }

        int bottleneck = network.BottleneckGrid;
        int mask = network.KeepMaskGrid;
        if (mask == bottleneck)
            return;
        if (network.Trunk == TrunkKind.Resnet18)
        {
            problems.Add($"network.trunk is resnet18, whose {network.GroupStrides.Count} groups halve the image as many times at "
                + $"most, but {levels} network.encoder_widths halve it {levels} times: fewer of them fit.");
            return;
        }
        int[] fitting = [.. Enumerable.Range(1, 4)
            .Where(stride => NetworkOptions.KeepMaskGridOf(network.ImageSize, stride) == bottleneck)];
        string way = fitting.Length > 0
            ? $"network.conv1_stride {string.Join(" or ", fitting)} fits here."
            : "No stride fits here: change network.image_size or the number of network.encoder_widths.";
        problems.Add($"The keep-mask head's grid is {mask}x{mask} (network.image_size {network.ImageSize}, network.conv1_stride "
            + $"{network.Conv1Stride}), but the bottleneck grid is {bottleneck}x{bottleneck} ({levels} network.encoder_widths), "
            + $"and they must be equal. {way}");
    }
}
