namespace SpotArtifacts.Images;

/// <summary>How an image file is encoded.</summary>
public enum ImageFormat
{
    /// <summary>Nothing known.</summary>
    Unknown,

    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP.</summary>
    WebP,

    /// <summary>GIF.</summary>
    Gif,

    /// <summary>TIFF.</summary>
    Tiff,

    /// <summary>AVIF.</summary>
    Avif,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>Portable pixmap or greymap, binary or as text (P6, P5, P3, P2).</summary>
    Pnm,
}
