namespace SpotArtifacts.Images.Formats;

/// <summary>What the channels are where libvips calls them CMYK.</summary>
internal enum FourBands
{
    /// <summary>Inks, 255 for all of one.</summary>
    Inks,

    /// <summary>Inks, 255 for none of one.</summary>
    LightOfInks,

    /// <summary>Red, green, blue and a channel without meaning (<see cref="JpegEssentials"/>).</summary>
    ColorAndNothing,
}
