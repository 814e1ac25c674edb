using NetVips;

namespace SpotArtifacts.Images.Formats;

/// <summary>libvips writes.</summary>
internal static class VipsEncoder
{
    /// <summary>8-bit RGB, not interlaced, each row with the filter that suits it; equal pixels give equal bytes.</summary>
    internal static byte[] Png(RgbImage image)
    {
        _ = VipsSession.Version;
        using Image pixels = Image.NewFromMemory<byte>(image.Pixels, image.Width, image.Height, bands: 3, Enums.BandFormat.Uchar);
        using Image colors = pixels.Copy(interpretation: Enums.Interpretation.Srgb);
        return colors.PngsaveBuffer(compression: 6, filter: Enums.ForeignPngFilter.All, keep: Enums.ForeignKeep.None);
    }
}
