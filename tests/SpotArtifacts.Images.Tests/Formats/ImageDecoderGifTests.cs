namespace SpotArtifacts.Images.Tests;

public class ImageDecoderGifTests
{
    private static readonly RgbImage s_red = TestImages.Constant(12, 7, 255, 0, 0),
        s_blue = TestImages.Constant(12, 7, 0, 0, 255);

    [Fact]
    public void Decode_StillPicture_GivesItsColors()
    {
        RgbImage image = ImageDecoder.Decode(EncodedImages.Gif(s_red), "still");
        Assert.Equal((12, 7), (image.Width, image.Height));
        Assert.Equal(s_red.Pixels, image.Pixels);
    }

    [Fact]
    public void Decode_MovingPicture_GivesItsFirstFrame()
    {
        RgbImage image = ImageDecoder.Decode(EncodedImages.MovingGif(s_blue, s_red, s_red), "moving");
        Assert.Equal((12, 7), (image.Width, image.Height));
        Assert.Equal(s_blue.Pixels, image.Pixels);
    }

    [Fact]
    public void Decode_Transparency_IsCompositedOntoWhite()
    {
        byte[] pixels = [0, 0, 255, 255, 0, 0, 255, 0];
        byte[] file = EncodedImages.Of(pixels, 2, 1, 4, NetVips.Enums.Interpretation.Srgb).GifsaveBuffer();
        Assert.Equal([0, 0, 255, 255, 255, 255], ImageDecoder.Decode(file, "transparent").Pixels);
    }

    [Fact]
    public void Decode_CutAnywhere_IsRefused()
    {
        byte[] whole = EncodedImages.Gif(TestImages.Pattern(9, 9));
        // The last byte ends the file, not the picture.
        for (int length = 0; length < whole.Length - 1; length++)
            Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(whole.AsSpan(0, length), "cut"));
    }

    [Fact]
    public void Decode_FrameLargerThanTheCanvas_IsJudgedToo()
    {
        byte[] file = EncodedImages.Gif(s_red);
        int frame = file.AsSpan().IndexOf([(byte)0x2c, (byte)0, (byte)0, (byte)0, (byte)0, (byte)12]);
        new byte[] { 0xff, 0xff, 0xff, 0x7f }.CopyTo(file, frame + 5);
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "huge"));
    }

    [Fact]
    public void Decode_HostileSize_ThrowsWithoutTakingMemory()
    {
        byte[] file = EncodedImages.Gif(s_red);
        new byte[] { 0xff, 0xff, 0xff, 0x7f }.CopyTo(file, 6);
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "huge"));
        Assert.Contains("65535 x 32767 pixels", thrown.Reason, StringComparison.Ordinal);
    }
}
