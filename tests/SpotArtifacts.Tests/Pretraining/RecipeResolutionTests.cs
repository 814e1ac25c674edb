using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RecipeResolutionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spot-recipe-").FullName;

    [Fact]
    public void Resolve_NothingGiven_IsTheDefaultPreset() =>
        Assert.Equal(RecipeFile.ToYaml(Presets.Get(Presets.Default)), RecipeFile.ToYaml(RecipeResolution.Resolve()));

    [Fact]
    public void Resolve_AllThreeGiven_OverrideOverFileOverPreset()
    {
        string file = Save("seed: 5\nspotting:\n  steps: 7\n");

        Recipe recipe = RecipeResolution.Resolve("std64", file, ["spotting.steps=9"]);

        Assert.Equal(("std64", 64, 5L, 9), (recipe.Preset, recipe.Network.ImageSize, recipe.Seed, recipe.Spotting.Steps));
    }

    [Fact]
    public void Resolve_FileNamesAPreset_StartsFromIt() =>
        Assert.Equal(96, RecipeResolution.Resolve(recipeFile: Save("preset: paper96\n")).Network.ImageSize);

    [Fact]
    public void Resolve_FileAndArgumentNamePresets_ArgumentCounts() =>
        Assert.Equal("std64", RecipeResolution.Resolve("std64", Save("preset: paper96\n")).Preset);

    [Fact]
    public void Resolve_ResolvedRecipe_IsItselfWhateverThePreset()
    {
        Recipe recipe = RecipeResolution.Resolve("demo32", null, ["seed=11"]);
        string path = Path.Combine(_folder, "resolved.yaml");
        RecipeFile.Write(recipe, path);

        Assert.Equal(RecipeFile.ToYaml(recipe), RecipeFile.ToYaml(RecipeResolution.Resolve(recipeFile: path)));
    }

    [Fact]
    public void Resolve_ValuesDoNotGoTogether_Throws()
    {
        RecipeException error =
            Assert.Throws<RecipeException>(() => RecipeResolution.Resolve(overrides: ["network.conv1_stride=4"]));

        Assert.StartsWith("The recipe cannot work: The keep-mask head's grid is 2x2", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Save(string yaml)
    {
        string path = Path.Combine(_folder, "recipe.yaml");
        File.WriteAllText(path, yaml);
        return path;
    }
}
