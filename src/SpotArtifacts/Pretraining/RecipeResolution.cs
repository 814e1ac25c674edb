namespace SpotArtifacts.Pretraining;

/// <summary>How a run's recipe comes about.</summary>
public static class RecipeResolution
{
    /// <summary>
    /// Resolves a recipe and validates it. Later counts over earlier:
    /// <list type="number">
    /// <item>the preset: the one named here, else the one the file names, else <see cref="Presets.Default"/>;</item>
    /// <item>the recipe file;</item>
    /// <item>the overrides, in order.</item>
    /// </list>
    /// </summary>
    /// <param name="preset">Name of a preset, or null.</param>
    /// <param name="recipeFile">Path of a recipe file, or null.</param>
    /// <param name="overrides">Settings as <c>key=value</c>.</param>
    /// <exception cref="RecipeException">Something in it is unknown, not allowed, or does not go together.</exception>
    public static Recipe Resolve(string? preset = null, string? recipeFile = null, IEnumerable<string>? overrides = null)
    {
        RecipeFile? file = recipeFile is null ? null : RecipeFile.Read(recipeFile);
        return Resolve(file, preset, overrides);
    }

    /// <summary>The same for a recipe file that has been read.</summary>
    /// <exception cref="RecipeException">Something in it is unknown, not allowed, or does not go together.</exception>
    public static Recipe Resolve(RecipeFile? file, string? preset = null, IEnumerable<string>? overrides = null)
    {
        Recipe recipe = Presets.Get(preset ?? file?.Preset ?? Presets.Default);
        recipe = file?.Apply(recipe) ?? recipe;
        recipe = RecipeOverrides.Apply(recipe, overrides ?? []);
        recipe.Validate();
        return recipe;
    }
}
