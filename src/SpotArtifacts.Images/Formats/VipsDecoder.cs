using System.Globalization;
using NetVips;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// libvips: every format but the simplest, on every platform. Damage is an error, and nothing is decoded before its size is
/// judged.
/// </summary>
internal static class VipsDecoder
{
    // Rows are fetched in strips: small enough for the allocator to use the same memory again for each, and of few rows, since
    // libvips looks for each row among all that a strip has asked for.
    private const int StripBytes = 1 << 16, StripRows = 128;

    /// <summary>JPEG; the file's size has been judged.</summary>
    /// <param name="file">The copy for libvips, both sides multiples of the denominator.</param>
    /// <param name="denominator">1, 2, 4 or 8.</param>
    /// <param name="header">What the file says of itself.</param>
    /// <param name="name">For messages.</param>
    internal static RgbImage DecodeJpeg(byte[] file, int denominator, JpegHeader header, string name)
    {
        // libvips takes inks for stored inverted, as Adobe's programs do.
        FourBands meaning = header.Components != 4 ? FourBands.ColorAndNothing : header.HasAdobeMarker ? FourBands.Inks
            : FourBands.LightOfInks;
        VipsLoader loader = new("jpegload_buffer", Enums.FailOn.Warning, WarningsCount: true) { Shrink = denominator };
        return VipsSession.Run(file, loader, name, image => ReadPixels(image, meaning, name));
    }

    /// <summary>PNG; its size has been judged and its checksums verified.</summary>
    internal static RgbImage DecodePng(byte[] file, string name) => VipsSession.Run(
        file, new VipsLoader("pngload_buffer", Enums.FailOn.Warning), name, image => ReadPixels(image, FourBands.Inks, name));

    /// <summary>WebP or GIF, the first frame of a moving one; its canvas has been judged, which frames may enlarge.</summary>
    internal static RgbImage DecodeFrame(byte[] file, ImageFormat format, string name, long maxPixels)
    {
        VipsLoader loader = new(format == ImageFormat.WebP ? "webpload_buffer" : "gifload_buffer", Enums.FailOn.Warning);
        return VipsSession.Run(file, loader, name, image =>
        {
            PixelLimit.Check(image.Width, image.Height, maxPixels, name);
            return Orientation.Upright(ReadPixels(image, FourBands.Inks, name), ExifOf(image));
        });
    }

    /// <summary>The first page of a TIFF, as its orientation tag says.</summary>
    internal static RgbImage DecodeTiff(byte[] file, string name, long maxPixels) => VipsSession.Run(
        // libtiff also warns about tags it does not know, which is none of the picture's business: those come before the pixels.
        file, new VipsLoader("tiffload_buffer", Enums.FailOn.Error, WarningsCount: true), name, image =>
        {
            PixelLimit.Check(image.Width, image.Height, maxPixels, name);
            int orientation = image.Contains("orientation") ? (int)image.Get("orientation") : 1;
            return Orientation.Upright(ReadPixels(image, FourBands.Inks, name), orientation is >= 1 and <= 8 ? orientation : 1);
        });

    /// <summary>AVIF; libheif applies the file's own turns, and EXIF does not count there.</summary>
    internal static RgbImage DecodeAvif(byte[] file, string name, long maxPixels) => VipsSession.Run(
        file, new VipsLoader("heifload_buffer", Enums.FailOn.Warning), name, image =>
        {
            PixelLimit.Check(image.Width, image.Height, maxPixels, name);
            return ReadPixels(image, FourBands.Inks, name);
        });

    private static int ExifOf(Image image) =>
        image.Contains("exif-data") ? ExifOrientation.Read((byte[])image.Get("exif-data")) : 1;

    private static RgbImage ReadPixels(Image image, FourBands inks, string name)
    {
        (int width, int height) = (image.Width, image.Height);
        if (BandLayout.Of(image.Bands, image.Format, image.Interpretation, inks) is not { } layout)
            throw new ImageFormatException(name, string.Create(CultureInfo.InvariantCulture,
                $"{image.Bands} channels of {image.Format} values ({image.Interpretation}) " +
                $"are not read; save it as RGB of 8 or 16 bits"));
        int rows = (int)Math.Clamp(StripBytes / ((long)layout.PixelBytes * width), 1, Math.Min(height, StripRows));
        using Region region = Region.New(image);
        if (rows == height && layout.IsRgb)
            return new RgbImage(width, height, region.Fetch(0, 0, width, height));
        byte[] pixels = GC.AllocateUninitializedArray<byte>(3 * width * height);
        for (int y = 0; y < height; y += rows)
        {
            int count = Math.Min(rows, height - y);
            layout.ToRgb(region.Fetch(0, y, width, count), pixels.AsSpan(3 * width * y, 3 * width * count));
        }
        return new RgbImage(width, height, pixels);
    }
}
