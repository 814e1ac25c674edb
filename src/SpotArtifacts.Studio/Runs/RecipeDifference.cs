using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Studio.Runs;

/// <summary>A setting of two recipes.</summary>
/// <param name="Key">Its name.</param>
/// <param name="A">Its value in the first one.</param>
/// <param name="B">Its value in the second one.</param>
internal sealed record RecipeDifference(string Key, string A, string B)
{
    /// <summary>The settings in which two recipes differ, in the order they are written.</summary>
    internal static IReadOnlyList<RecipeDifference> Between(Recipe a, Recipe b) =>
        [.. RecipeKeys.All.Select(key => new RecipeDifference(key.Name, key.Get(a), key.Get(b))).Where(one => one.A != one.B)];
}
