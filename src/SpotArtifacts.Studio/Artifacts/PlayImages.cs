using SpotArtifacts.Images;
using SpotArtifacts.Scenes;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Artifacts;

/// <summary>Images to play with where the visitor brings none: from the model's index, else rendered scenes.</summary>
internal static class PlayImages
{
    /// <summary>Draws images; damaged ones of an index are passed over.</summary>
    /// <param name="space">The index; null where there is none.</param>
    /// <param name="count">How many.</param>
    /// <param name="size">Side of a rendered scene in pixels.</param>
    /// <param name="seed">Which.</param>
    internal static IReadOnlyList<RgbImage> Draw(SearchSpace? space, int count, int size, ulong seed)
    {
        List<RgbImage> images = [];
        if (space is not null)
        {
            KeyedPermutation order = new(space.Images.Count, seed);
            for (int i = 0; i < space.Images.Count && images.Count < count; i++)
            {
                try
                {
                    images.Add(space.Images.Load(order[i], new DecodeTarget(size, 1, 1)));
                }
                catch (ImageFormatException)
                {
                    // Whoever wants to know of damaged images scans.
                }
            }
        }
        int scenes = count - images.Count;
        if (scenes > 0)
            images.AddRange(SceneImages.RenderRange(0, scenes, (long)(seed >> 1), size).Images);
        return images;
    }
}
