using System.Globalization;

namespace SpotArtifacts.Studio.Runs;

/// <summary>
/// The colours of curves, in the studio and in reports: after Okabe and Ito's set, which colour-blind people can tell apart. Each
/// stands out from white and from the dark pages by 3 to 1 or more.
/// </summary>
internal static class SeriesColors
{
    private static readonly uint[] s_rgb =
        [0x0072b2, 0xd55e00, 0x009e73, 0xb0528a, 0x8a6d00, 0x3b9bd0, 0x767676, 0x8d63d0];

    /// <summary>The colour of a curve as 0xRRGGBB; they come again after the last.</summary>
    internal static uint Rgb(int index) => s_rgb[index % s_rgb.Length];

    /// <summary>As style sheets write it.</summary>
    internal static string Css(int index) => "#" + Rgb(index).ToString("x6", CultureInfo.InvariantCulture);
}
