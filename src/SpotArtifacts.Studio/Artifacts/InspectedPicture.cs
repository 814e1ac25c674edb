using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Artifacts;

/// <summary>An image as it is shown with what the discriminator makes of it.</summary>
/// <param name="Picture">Address of the picture.</param>
/// <param name="Heat">Address of the same in grey with the map over it in red; null where the network gives no map.</param>
/// <param name="Found">What was found.</param>
public sealed record InspectedPicture(string Picture, string? Heat, ImageInspection Found)
{
    /// <summary>Inspects an image.</summary>
    /// <exception cref="SpotException">The network cannot tell repaired images.</exception>
    internal static async Task<InspectedPicture> OfAsync(OpenModel model, RgbImage image)
    {
        ArtifactInspector inspector = await model.InspectorAsync().ConfigureAwait(false);
        return await Task.Run(() =>
        {
            ImageInspection found = inspector.Inspect(image);
            RgbImage picture = HeatMapOverlay.Fit(image);
            string? heat = found.Map is { } map ? ImageData.Url(HeatMapOverlay.Blend(picture, map)) : null;
            return new InspectedPicture(ImageData.Url(picture), heat, found);
        }).ConfigureAwait(false);
    }
}
