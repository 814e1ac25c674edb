using NetVips;

namespace SpotArtifacts.Images.Tests;

public class ImageDecoderTiffTests
{
    private static readonly RgbImage s_pattern = TestImages.Pattern(9, 6);

    [Theory]
    [InlineData(Enums.ForeignTiffCompression.None)]
    [InlineData(Enums.ForeignTiffCompression.Lzw)]
    [InlineData(Enums.ForeignTiffCompression.Deflate)]
    [InlineData(Enums.ForeignTiffCompression.Packbits)]
    public void Decode_Rgb_GivesItsPixels(Enums.ForeignTiffCompression compression)
    {
        RgbImage image = ImageDecoder.Decode(EncodedImages.Tiff(s_pattern, compression), "scan.tif");
        Assert.Equal((9, 6), (image.Width, image.Height));
        Assert.Equal(s_pattern.Pixels, image.Pixels);
    }

    [Fact]
    public void Decode_Grey_GivesEqualChannels() =>
        Assert.Equal([7, 7, 7, 200, 200, 200], Pixels((byte[])[7, 200], 1, Enums.Interpretation.Bw));

    [Fact]
    public void Decode_SixteenBits_ScalesToEight() =>
        Assert.Equal([128, 128, 128, 255, 255, 255], Pixels((ushort[])[0x8080, 0xffff], 1, Enums.Interpretation.Grey16));

    [Fact]
    public void Decode_Alpha_IsCompositedOntoWhite() =>
        Assert.Equal([206, 208, 210, 1, 2, 3], Pixels((byte[])[10, 20, 30, 51, 1, 2, 3, 255], 4, Enums.Interpretation.Srgb));

    [Fact]
    public void Decode_Inks_BecomeLight() =>
        Assert.Equal([255, 255, 255, 0, 255, 255], Pixels((byte[])[0, 0, 0, 0, 255, 0, 0, 0], 4, Enums.Interpretation.Cmyk));

    [Fact]
    public void Decode_OrientationTag_SetsThePictureUpright()
    {
        using Image turned = EncodedImages.Of((byte[])[1, 2], 2, 1, 1, Enums.Interpretation.Bw)
            .Mutate(image => image.Set(GValue.GIntType, "orientation", 6));
        RgbImage image = ImageDecoder.Decode(turned.TiffsaveBuffer(), "turned");
        Assert.Equal((1, 2), (image.Width, image.Height));
        Assert.Equal([1, 1, 1, 2, 2, 2], image.Pixels);
    }

    [Fact]
    public void Decode_SeveralPages_GivesTheFirst()
    {
        using Image joined =
            Image.Arrayjoin([EncodedImages.Of(s_pattern), EncodedImages.Of(TestImages.Constant(9, 6, 1, 2, 3))], across: 1);
        using Image pages = joined.Mutate(image => image.Set(GValue.GIntType, "page-height", 6));
        Assert.Equal(s_pattern.Pixels, ImageDecoder.Decode(pages.TiffsaveBuffer(), "pages").Pixels);
    }

    /// <summary>Cameras, scanners and maps put tags of their own into their files.</summary>
    [Fact]
    public void Decode_UnknownTag_IsNoDamage()
    {
        byte[] file = EncodedImages.Tiff(s_pattern);
        int directory = BitConverter.ToInt32(file, 4), count = BitConverter.ToUInt16(file, directory);
        // the last tag, in which no pixel's place stands
        BitConverter.GetBytes((ushort)60_000).CopyTo(file, directory + 2 + 12 * (count - 1));
        Assert.Equal(s_pattern.Pixels, ImageDecoder.Decode(file, "tagged").Pixels);
    }

    [Fact]
    public void Decode_FloatingPoint_IsRefusedInWords()
    {
        byte[] file = EncodedImages.Of((float[])[0.5f, 1], 2, 1, 1, Enums.Interpretation.Bw).TiffsaveBuffer();
        Assert.Contains(
            "Float values", Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "float")).Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Enums.ForeignTiffCompression.None)]
    [InlineData(Enums.ForeignTiffCompression.Lzw)]
    public void Decode_CutAnywhere_IsRefusedOrWhole(Enums.ForeignTiffCompression compression)
    {
        byte[] whole = EncodedImages.Tiff(s_pattern, compression);
        int refused = 0;
        for (int length = 0; length < whole.Length; length++)
            try
            {
                // Behind the pixels only tags are lost that say nothing of them.
                Assert.Equal(s_pattern.Pixels, ImageDecoder.Decode(whole.AsSpan(0, length), "cut").Pixels);
            }
            catch (ImageFormatException)
            {
                refused++;
            }
        Assert.True(refused > 0.9 * whole.Length);
    }

    [Fact]
    public void Decode_DamagedLzw_IsRefused()
    {
        byte[] file = EncodedImages.Tiff(TestImages.Pattern(40, 40), Enums.ForeignTiffCompression.Lzw);
        file.AsSpan(2000, 40).Fill(0xff);
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "damaged"));
    }

    [Fact]
    public void Decode_MorePixelsThanAllowed_IsRefused() => Assert.Contains("9 x 6 pixels", Assert.Throws<ImageFormatException>(
        () => ImageDecoder.Decode(EncodedImages.Tiff(s_pattern), "large", maxPixels: 53)).Reason, StringComparison.Ordinal);

    private static byte[] Pixels<T>(T[] values, int bands, Enums.Interpretation meaning)
        where T : unmanaged
    {
        using Image image = EncodedImages.Of(values, values.Length / bands, 1, bands, meaning);
        return ImageDecoder.Decode(image.TiffsaveBuffer(), "made").Pixels;
    }
}
