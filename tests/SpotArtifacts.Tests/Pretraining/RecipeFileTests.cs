using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RecipeFileTests
{
    private static readonly Recipe s_basis = new();

    [Theory]
    [MemberData(nameof(RecipeSamples.Taken), MemberType = typeof(RecipeSamples))]
    public void Apply_AllowedValue_EqualsTheOverride(string key, string value)
    {
        Recipe fromFile = RecipeFile.Parse(RecipeSamples.AsYaml(key, value), "r.yaml").Apply(s_basis);

        Assert.Equal(RecipeFile.ToYaml(RecipeOverrides.Apply(s_basis, [$"{key}={value}"])), RecipeFile.ToYaml(fromFile));
    }

    [Theory]
    [MemberData(nameof(RecipeSamples.Refused), MemberType = typeof(RecipeSamples))]
    public void Apply_RefusedValue_ThrowsNamingFileLineAndKey(string key, string value)
    {
        string yaml = RecipeSamples.AsYaml(key, value == "" ? "''" : value);

        RecipeException error = Assert.Throws<RecipeException>(() => RecipeFile.Parse(yaml, "r.yaml").Apply(s_basis));

        Assert.StartsWith("r.yaml:3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RecipeSamples.Taken), MemberType = typeof(RecipeSamples))]
    public void ToYaml_ReadBack_GivesTheSameText(string key, string value)
    {
        string yaml = RecipeFile.ToYaml(RecipeOverrides.Apply(s_basis, [$"{key}={value}"]));

        Recipe readBack = RecipeFile.Parse(yaml, "r.yaml").Apply(Presets.Get("std64"));

        Assert.Equal(yaml, RecipeFile.ToYaml(readBack with { Preset = s_basis.Preset }));
    }

    [Theory]
    [InlineData(0.1 + 0.2)]
    [InlineData(double.Epsilon)]
    [InlineData(1.0 / 3)]
    [InlineData(0.99999999999999989)]
    public void ToYaml_AwkwardNumber_RoundTripsToTheLastBit(double rate)
    {
        Recipe recipe = s_basis with { Damage = new() { DropRate = rate } };

        double readBack = RecipeFile.Parse(RecipeFile.ToYaml(recipe), "r.yaml").Apply(s_basis).Damage.DropRate;

        Assert.Equal(BitConverter.DoubleToInt64Bits(rate), BitConverter.DoubleToInt64Bits(readBack));
    }

    [Theory]
    [InlineData("std64")]
    [InlineData("it's mine: 1")]
    [InlineData("true")]
    [InlineData("")]
    public void ToYaml_AnyPresetName_IsReadBack(string name) =>
        Assert.Equal(name, RecipeFile.Parse(RecipeFile.ToYaml(s_basis with { Preset = name }), "r.yaml").Preset);

    [Theory]
    [InlineData("spotting:\n  learnin_rate: 1\n", 2, "spotting.learnin_rate", "spotting.learning_rate")]
    [InlineData("\nsede: 1\n", 2, "sede", "seed")]
    [InlineData("spoting:\n  steps: 1\n", 1, "spoting", "spotting.real")]
    [InlineData("presset: std64\n", 1, "presset", "preset")]
    public void Parse_UnknownKey_ThrowsNamingLineAndNearest(string yaml, int line, string key, string nearest)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => RecipeFile.Parse(yaml, "r.yaml"));

        Assert.StartsWith($"r.yaml:{line}: there is no key '{key}'", error.Message, StringComparison.Ordinal);
        if (key != "spoting")
            Assert.EndsWith($"'{nearest}'.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("just text", "r.yaml:1: a recipe must be keys with values")]
    [InlineData("- 1\n- 2\n", "r.yaml:1: a recipe must be keys with values")]
    [InlineData("damage: 3\n", "r.yaml:1: damage must be keys with values")]
    [InlineData("seed:\n  deep: 1\n", "r.yaml:2: seed must be one value")]
    [InlineData("seed: 1\nseed: 2\n", "r.yaml:2: this is not YAML")]
    [InlineData("seed: [1\n", "this is not YAML")]
    [InlineData("seed: 1\n---\nseed: 2\n", "one YAML document, but here are 2")]
    [InlineData("? [a, b]\n: 1\n", "a key must be a name")]
    public void Parse_Malformed_ThrowsSayingWhatIsWrong(string yaml, string message)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => RecipeFile.Parse(yaml, "r.yaml"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("damage:\n  # drop_rate: 0.5\n")]
    public void Parse_NothingSet_ChangesNothing(string yaml)
    {
        RecipeFile file = RecipeFile.Parse(yaml, "r.yaml");

        Assert.Null(file.Preset);
        Assert.Same(s_basis, file.Apply(s_basis));
    }

    [Fact]
    public void Read_NoSuchFile_ThrowsNamingIt()
    {
        RecipeException error = Assert.Throws<RecipeException>(() => RecipeFile.Read("/no/such/recipe.yaml"));

        Assert.StartsWith("/no/such/recipe.yaml: the recipe cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ExistingFile_ReplacesItAndLeavesNoOther()
    {
        string folder = Directory.CreateTempSubdirectory("spot-recipe-").FullName;
        string path = Path.Combine(folder, "recipe.resolved.yaml");
        File.WriteAllText(path, new string('x', 10_000));

        RecipeFile.Write(s_basis, path);

        Assert.Equal(RecipeFile.ToYaml(s_basis), File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }
}
