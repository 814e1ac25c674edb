using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class RecipeDocumentationTests
{
    [Fact]
    public void Of_EveryKeyOfARecipe_IsInTheDocument()
    {
        Assert.Empty(RecipeKeys.All.Select(key => key.Name).Except(RecipeDocumentation.Names));
        Assert.Equal("probability that a feature entry is dropped, above 0 and below 1",
            RecipeDocumentation.Of("damage.drop_rate"));
        Assert.StartsWith("channels after each halving", RecipeDocumentation.Of("network.encoder_widths"),
            StringComparison.Ordinal);
        Assert.Equal("stage 2", RecipeDocumentation.Of("spotting"));
        Assert.Equal("", RecipeDocumentation.Of("no such key"));
    }
}
