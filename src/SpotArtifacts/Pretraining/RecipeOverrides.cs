using SpotArtifacts.Settings;

namespace SpotArtifacts.Pretraining;

/// <summary>Single settings given as text: <c>spotting.learning_rate=1e-3</c>, <c>network.encoder_widths=[32,64]</c>.</summary>
internal static class RecipeOverrides
{
    /// <summary>The recipe with every <c>key=value</c> set, in order; of two for the same key the later one counts.</summary>
    /// <exception cref="RecipeException">An unknown key, or a value that is not allowed.</exception>
    public static Recipe Apply(Recipe recipe, IEnumerable<string> assignments)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        foreach (string assignment in assignments)
        {
            string where = $"--set {assignment}";
            (string key, string text) = SettingAssignment.Read(assignment)
                ?? throw new RecipeException($"{where}: must be key=value, for example spotting.learning_rate=1e-3.");
            if (key == RecipeKeys.Preset)
                throw new RecipeException($"{where}: the preset is what the settings start from; choose it with --preset.");
            recipe = RecipeKeys.Set(recipe, key, text, where);
        }
        return recipe;
    }
}
