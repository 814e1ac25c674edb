namespace SpotArtifacts.Images.Tests;

public class ImageDecoderAvifTests
{
    private static readonly RgbImage s_pattern = TestImages.Pattern(9, 6);

    [Fact]
    public void Decode_Lossless_GivesItsPixels()
    {
        RgbImage image = ImageDecoder.Decode(EncodedImages.Avif(s_pattern), "photo.avif");
        Assert.Equal((9, 6), (image.Width, image.Height));
        Assert.Equal(s_pattern.Pixels, image.Pixels);
    }

    [Fact]
    public void Decode_CutAnywhere_IsRefused()
    {
        byte[] whole = EncodedImages.Avif(s_pattern);
        for (int length = 0; length < whole.Length; length += 3)
            Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(whole.AsSpan(0, length), "cut"));
    }

    [Fact]
    public void Decode_MorePixelsThanAllowed_IsRefused() => Assert.Contains("9 x 6 pixels", Assert.Throws<ImageFormatException>(
        () => ImageDecoder.Decode(EncodedImages.Avif(s_pattern), "large", maxPixels: 53)).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("heic")] // HEVC, which is not read
    [InlineData("mp42")]
    public void Recognize_OtherBrand_IsUnknown(string brand)
    {
        byte[] head = [0, 0, 0, 20, .. "ftyp"u8, .. System.Text.Encoding.ASCII.GetBytes(brand), 0, 0, 0, 0, .. "mif1"u8];
        Assert.Equal(ImageFormat.Unknown, ImageDecoder.Recognize(head));
    }

    [Fact]
    public void Recognize_CompatibleBrand_IsAvif() =>
        Assert.Equal(ImageFormat.Avif, ImageDecoder.Recognize([0, 0, 0, 20, .. "ftypmif1"u8, 0, 0, 0, 0, .. "avif"u8]));
}
