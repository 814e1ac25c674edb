namespace SpotArtifacts.Images.Tests;

public class ImageDecoderPngTests
{
    private static readonly byte[] s_palette = [10, 20, 30, 40, 50, 60, 70, 80, 90, 250, 240, 230];

    [Theory]
    [InlineData(1, new byte[] { 0, 0b01000000 })]
    [InlineData(2, new byte[] { 0, 0b00010000 })]
    [InlineData(4, new byte[] { 0, 0x01, 0x00 })]
    [InlineData(8, new byte[] { 0, 0, 1, 0 })]
    public void Decode_PaletteOfAnyDepth_LooksTheColorsUp(byte bits, byte[] row)
    {
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(3, 1, bits, 3, row, s_palette), "palette");
        Assert.Equal([10, 20, 30, 40, 50, 60, 10, 20, 30], image.Pixels);
    }

    [Theory]
    [InlineData(1, new byte[] { 0, 0b10000000 }, 255, 0)]
    [InlineData(2, new byte[] { 0, 0b10010000 }, 170, 85)]
    [InlineData(4, new byte[] { 0, 0x3a }, 51, 170)]
    [InlineData(8, new byte[] { 0, 7, 200 }, 7, 200)]
    [InlineData(16, new byte[] { 0, 0x80, 0x80, 0xff, 0xff }, 128, 255)]
    public void Decode_GreyOfAnyDepth_ScalesToEightBits(byte bits, byte[] row, byte first, byte second)
    {
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(2, 1, bits, 0, row), "grey");
        Assert.Equal([first, first, first, second, second, second], image.Pixels);
    }

    [Fact]
    public void Decode_SixteenBitColor_ScalesToEightBits()
    {
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(1, 1, 16, 2, [0, 1, 1, 2, 2, 255, 255]), "deep");
        Assert.Equal([1, 2, 255], image.Pixels);
    }

    [Theory]
    [InlineData(255, 10, 20, 30)]
    [InlineData(0, 255, 255, 255)]
    [InlineData(51, 206, 208, 210)]
    public void Decode_Alpha_IsCompositedOntoWhite(byte alpha, byte r, byte g, byte b)
    {
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(1, 1, 8, 6, [0, 10, 20, 30, alpha]), "alpha");
        Assert.Equal([r, g, b], image.Pixels);
    }

    [Theory]
    [InlineData(0, 255)]
    [InlineData(255, 100)]
    public void Decode_GreyWithAlpha_IsCompositedOntoWhite(byte alpha, byte expected)
    {
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(1, 1, 8, 4, [0, 100, alpha]), "grey-alpha");
        Assert.Equal([expected, expected, expected], image.Pixels);
    }

    [Fact]
    public void Decode_PaletteWithTransparency_IsCompositedOntoWhite()
    {
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(2, 1, 8, 3, [0, 0, 1], s_palette, transparency: [0]), "palette");
        Assert.Equal([255, 255, 255, 40, 50, 60], image.Pixels);
    }

    [Fact]
    public void Decode_TransparentColorKey_IsCompositedOntoWhite()
    {
        byte[] rows = [0, 1, 2, 3, 4, 5, 6];
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(2, 1, 8, 2, rows, transparency: [0, 1, 0, 2, 0, 3]), "key");
        Assert.Equal([255, 255, 255, 4, 5, 6], image.Pixels);
    }

    [Fact]
    public void Decode_Interlaced_PutsThePassesTogether()
    {
        // Adam7 of 3 x 2: pass 1 (0,0); pass 5 none; pass 4 (2,0); pass 6 (1,0); pass 7 row 1.
        byte[] rows = [0, 1, 0, 3, 0, 2, 0, 4, 5, 6];
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(3, 2, 8, 0, rows, interlaced: true), "interlaced");
        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6], image.Pixels);
    }

    [Fact]
    public void Decode_ExifOrientation_SetsThePictureUpright()
    {
        byte[] exif = [.. "MM\0*\0\0\0\u0008\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0\u0006\0\0\0\0\0\0"u8];
        RgbImage image = ImageDecoder.Decode(PngBuilder.Build(2, 1, 8, 0, [0, 1, 2], exif: exif), "turned");
        Assert.Equal((1, 2), (image.Width, image.Height));
        Assert.Equal([1, 1, 1, 2, 2, 2], image.Pixels);
    }

    public static TheoryData<int> Cuts() => [.. Enumerable.Range(1, 40).Select(i => i * 12)];

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Decode_Truncated_Throws(int missing)
    {
        byte[] whole = PngFile.Encode(TestImages.Pattern(16, 16));
        byte[] cut = whole[..Math.Max(8, whole.Length - missing)];
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(cut, "cut"));
    }

    [Fact]
    public void Decode_RowsMissing_Throws()
    {
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(PngBuilder.Build(1, 3, 8, 0, [0, 1, 0, 2]), "short"));
    }

    [Theory]
    [InlineData(29)] // IHDR
    [InlineData(-5)] // IEND
    [InlineData(-17)] // IDAT
    public void Decode_WrongCrc_Throws(int at)
    {
        byte[] file = PngFile.Encode(TestImages.Pattern(4, 4));
        file[at < 0 ? file.Length + at + 1 : at] ^= 1;
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "crc"));
        Assert.Contains("CRC", thrown.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Decode_HostileSize_ThrowsWithoutTakingMemory()
    {
        byte[] file = PngBuilder.Build(60000, 60000, 8, 2, [0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "huge"));
        Assert.Contains("60000 x 60000", thrown.Reason, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(15, false)]
    public void Decode_PixelLimit_IsInclusive(long limit, bool allowed)
    {
        byte[] file = PngFile.Encode(TestImages.Pattern(4, 4));
        if (allowed)
            Assert.Equal(4, ImageDecoder.Decode(file, "limit", limit).Width);
        else
            Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "limit", limit));
    }

    [Fact]
    public void Decode_Empty_Throws()
    {
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode([], "empty.jpg"));
        Assert.Equal("empty.jpg: the file is empty", thrown.Message);
    }

    [Theory]
    [InlineData("GIF88a")]
    [InlineData("<html>")]
    [InlineData("x")]
    public void Decode_UnknownMagic_Throws(string text)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(bytes, "a.png"));
        Assert.Contains("neither JPEG, PNG", thrown.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_DamageEverywhere_NeverCrashes()
    {
        byte[] whole = PngFile.Encode(TestImages.Pattern(6, 6)), expected = TestImages.Pattern(6, 6).Pixels;
        SeededRandom random = new(3);
        int refused = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] file = [.. whole];
            file[8 + random.NextInt(file.Length - 8)] ^= (byte)(1 + random.NextInt(255));
            try
            {
                Assert.Equal(expected, ImageDecoder.Decode(file, "damaged", 1_000_000).Pixels); // in a chunk that is not used
            }
            catch (ImageFormatException)
            {
                refused++;
            }
        }
        Assert.True(refused > 800);
    }
}
