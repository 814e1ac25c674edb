namespace SpotArtifacts.Images.Tests;

// The files were made with cwebp and webpmux 1.2.4 from a picture of four quadrants: red, green, blue, white; 32 x 32 pixels.
public class ImageDecoderWebPTests
{
    private static readonly byte[][] s_quadrants = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];

    [Theory]
    [InlineData("lossless.webp", 0)]
    [InlineData("lossy.webp", 12)]
    public void Decode_StillPicture_GivesItsColors(string file, int tolerance) => AssertQuadrants(file, s_quadrants, tolerance);

    [Fact]
    public void Decode_Alpha_IsCompositedOntoWhite() =>
        AssertQuadrants("alpha.webp", [s_quadrants[0], s_quadrants[3], s_quadrants[2], s_quadrants[3]], 0);

    [Fact]
    public void Decode_ExifOrientation6_TurnsThePictureToTheRight() =>
        AssertQuadrants("orientation-6.webp", [s_quadrants[2], s_quadrants[0], s_quadrants[3], s_quadrants[1]], 0);

    [Fact]
    public void Decode_Animation_GivesItsFirstFrame() => AssertQuadrants("animated.webp", s_quadrants, 12);

    [Theory]
    [InlineData("lossless.webp")]
    [InlineData("lossy.webp")]
    [InlineData("alpha.webp")]
    public void Decode_CutAnywhere_IsRefused(string file)
    {
        byte[] whole = TestImages.File(file);
        // The last byte may be padding to an even length.
        for (int length = 0; length < whole.Length - 1; length++)
            Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(whole.AsSpan(0, length), "cut"));
    }

    [Fact]
    public void Decode_MorePixelsThanAllowed_IsRefused() => Assert.Contains(
        "32 x 32 pixels",
        Assert.Throws<ImageFormatException>(
            () => ImageDecoder.Decode(TestImages.File("lossy.webp"), "large", maxPixels: 1000)).Reason, StringComparison.Ordinal);

    private static void AssertQuadrants(string file, byte[][] expected, int tolerance)
    {
        RgbImage image = ImageDecoder.Decode(TestImages.File(file), file);
        Assert.Equal((32, 32), (image.Width, image.Height));
        for (int i = 0; i < 4; i++)
            foreach ((byte want, byte got) in expected[i].Zip(TestImages.PixelAt(image, 8 + 16 * (i % 2), 8 + 16 * (i / 2))))
                Assert.InRange(got, want - tolerance, want + tolerance);
    }
}
