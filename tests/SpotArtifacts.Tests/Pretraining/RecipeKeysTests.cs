using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RecipeKeysTests
{
    [Fact]
    public void All_EveryPropertyOfTheRecipe_HasAKey()
    {
        // Sections are the properties whose type has keys of its own; the preset's name is chosen, not set.
        IEnumerable<string> properties = typeof(Recipe).GetProperties()
            .Where(property => property.Name is not (nameof(Recipe.Preset) or "EqualityContract"))
            .SelectMany(property => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
                ? property.PropertyType.GetProperties().Where(part => part.CanWrite)
                    .Select(part => $"{property.Name}.{part.Name}")
                : [property.Name]);

        Assert.Equal(properties.Select(SnakeCase), RecipeKeys.All.Select(key => key.Name));
    }

    [Fact]
    public void All_EveryKey_IsSampled() =>
        Assert.Equal(RecipeKeys.All.Select(key => key.Name), RecipeSamples.All.Select(sample => sample.Key));

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) && i > 0 && name[i - 1] != '.' ? "_" + c : c.ToString()))
            .ToLowerInvariant();
}
