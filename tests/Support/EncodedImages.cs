using NetVips;
using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Support;

/// <summary>Files that libvips writes, for formats of which no test keeps a file.</summary>
internal static class EncodedImages
{
    internal static byte[] Gif(RgbImage image) => Of(image).GifsaveBuffer();

    /// <summary>Frames of a moving GIF, one below the other.</summary>
    internal static byte[] MovingGif(params RgbImage[] frames)
    {
        using Image joined = Image.Arrayjoin([.. frames.Select(Of)], across: 1);
        using Image moving = joined.Mutate(image => image.Set(GValue.GIntType, "page-height", frames[0].Height));
        return moving.GifsaveBuffer();
    }

    internal static byte[] Tiff(RgbImage image, Enums.ForeignTiffCompression compression = Enums.ForeignTiffCompression.None) =>
        Of(image).TiffsaveBuffer(compression: compression);

    internal static byte[] Avif(RgbImage image) =>
        Of(image).HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, lossless: true);

    /// <summary>The image as libvips holds it.</summary>
    internal static Image Of(RgbImage image)
    {
        ImageDecoding.EnsureLoaded();
        return Of(image.Pixels, image.Width, image.Height, 3, Enums.Interpretation.Srgb);
    }

    internal static Image Of<T>(T[] values, int width, int height, int bands, Enums.Interpretation meaning)
        where T : unmanaged => Image.NewFromMemory(
            values, width, height, bands,
            typeof(T) == typeof(ushort) ? Enums.BandFormat.Ushort : typeof(T) == typeof(float) ? Enums.BandFormat.Float
            : Enums.BandFormat.Uchar)
            .Copy(interpretation: meaning);
}
