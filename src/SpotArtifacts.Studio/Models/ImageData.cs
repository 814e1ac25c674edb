using SpotArtifacts.Images;

namespace SpotArtifacts.Studio.Models;

/// <summary>Pictures that are made for one page: sent inside it, so that nothing has to be kept for a later request.</summary>
internal static class ImageData
{
    /// <summary>A PNG as a data address.</summary>
    internal static string Url(RgbImage image) => $"data:image/png;base64,{Convert.ToBase64String(PngFile.Encode(image))}";
}
