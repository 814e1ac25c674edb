namespace SpotArtifacts.Pretraining;

/// <summary>Single settings given as text: <c>spotting.learning_rate=1e-3</c>, <c>network.encoder_widths=[32,64]</c>.</summary>
public static class RecipeOverrides
{
    /// <summary>The recipe with every <c>key=value</c> set, in order; of two for the same key the later one counts.</summary>
    /// <exception cref="RecipeException">An unknown key, or a value that is not allowed.</exception>
    public static Recipe Apply(Recipe recipe, IEnumerable<string> assignments)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        foreach (string assignment in assignments)
            recipe = Read(assignment).Apply(recipe);
        return recipe;
    }

    private static RecipeAssignment Read(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string where = $"--set {assignment}";
        if (equals < 1)
            throw new RecipeException($"{where}: must be key=value, for example spotting.learning_rate=1e-3.");
        string key = assignment[..equals].Trim();
        if (key == RecipeKeys.Preset)
            throw new RecipeException($"{where}: the preset is what the settings start from; choose it with --preset.");
        return new RecipeAssignment(key, assignment[(equals + 1)..].Trim(), where);
    }
}
