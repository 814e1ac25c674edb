using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Artifacts;

/// <summary>An image as it is shown with what the discriminator makes of it.</summary>
/// <param name="Picture">Address of the picture.</param>
/// <param name="Heat">Address of the same in grey with the map over it in red; null where the network gives no map.</param>
/// <param name="Stretched">The same with the map's own lowest and highest value as grey and red.</param>
/// <param name="Found">What was found.</param>
internal sealed record InspectedPicture(string Picture, string? Heat, string? Stretched, ImageInspection Found)
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
            string? Drawn(DamageMap? map) => map is null ? null : ImageData.Url(HeatMapOverlay.Blend(picture, map));
            return new InspectedPicture(ImageData.Url(picture), Drawn(found.Map), Drawn(Stretch(found.Map)), found);
        }).ConfigureAwait(false);
    }

    /// <summary>A map over the whole range from 0 to 1; one that is the same everywhere stays as it is.</summary>
    internal static DamageMap? Stretch(DamageMap? map)
    {
        if (map is null)
            return null;
        (float low, float high) = (map.Values.Min(), map.Values.Max());
        return high - low < 1e-6f ? map : map with { Values = [.. map.Values.Select(value => (value - low) / (high - low))] };
    }
}
