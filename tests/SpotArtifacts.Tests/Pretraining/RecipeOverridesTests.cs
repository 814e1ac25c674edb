using SpotArtifacts.Pretraining;
using SpotArtifacts.Settings;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RecipeOverridesTests
{
    private static readonly Recipe s_basis = new();

    [Theory]
    [MemberData(nameof(RecipeSamples.Taken), MemberType = typeof(RecipeSamples))]
    public void Apply_AllowedValue_ChangesThatKeyOnly(string key, string value)
    {
        Recipe changed = RecipeOverrides.Apply(s_basis, [$"{key}={value}"]);

        SettingKey<Recipe>[] different = [.. RecipeKeys.All.Where(other => other.Get(s_basis) != other.Get(changed))];
        Assert.Equal(key, Assert.Single(different).Name);
        Assert.True(different[0].IsValid(changed));
    }

    [Theory]
    [MemberData(nameof(RecipeSamples.Refused), MemberType = typeof(RecipeSamples))]
    public void Apply_RefusedValue_ThrowsNamingKeyValueAndWhatIsAllowed(string key, string value)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => RecipeOverrides.Apply(s_basis, [$"{key}={value}"]));

        string allowed = RecipeKeys.All.Single(known => known.Name == key).Allowed;
        Assert.Equal($"--set {key}={value}: {key} is '{value}', but must be {allowed}.", error.Message);
    }

    [Theory]
    [InlineData("spotting.learnin_rate", "spotting.learning_rate")]
    [InlineData("optimizer.learning_rate", "autoencoding.learning_rate")]
    [InlineData("drop_rate", "damage.drop_rate")]
    [InlineData("seeds", "seed")]
    [InlineData("Seed", "seed")]
    [InlineData("network.imagesize", "network.image_size")]
    [InlineData("spotting", "spotting.real")]
    public void Apply_UnknownKey_ThrowsNamingTheNearest(string key, string nearest)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => RecipeOverrides.Apply(s_basis, [key + "=1"]));

        Assert.Equal($"--set {key}=1: there is no key '{key}'; the nearest known key is '{nearest}'.", error.Message);
    }

    [Theory]
    [InlineData("seed")]
    [InlineData("")]
    [InlineData("=1")]
    public void Apply_NoAssignment_ThrowsShowingTheForm(string text)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => RecipeOverrides.Apply(s_basis, [text]));

        Assert.Contains("must be key=value", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_Preset_ThrowsNamingTheOption()
    {
        RecipeException error = Assert.Throws<RecipeException>(() => RecipeOverrides.Apply(s_basis, ["preset=std64"]));

        Assert.Contains("--preset", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_SameKeyTwice_TakesTheLater() =>
        Assert.Equal(3, RecipeOverrides.Apply(s_basis, ["seed=2", "seed = 3"]).Seed);
}
