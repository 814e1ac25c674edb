using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class RecipeDifferenceTests
{
    [Fact]
    public void Between_TwoRecipes_NamesWhatDiffersInTheOrderOfTheFile()
    {
        Recipe a = RecipeResolution.Resolve("fix32");
        Recipe b = RecipeResolution.Resolve("fix32", null, ["spotting.learning_rate=0.01", "seed=7"]);

        Assert.Equal([new RecipeDifference("seed", "1", "7"), new RecipeDifference("spotting.learning_rate", "0.0003", "0.01")],
            RecipeDifference.Between(a, b));
        Assert.Empty(RecipeDifference.Between(a, a));
    }
}
