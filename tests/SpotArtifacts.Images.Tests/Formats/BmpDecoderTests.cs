namespace SpotArtifacts.Images.Tests.Formats;

public class BmpDecoderTests
{
    private static readonly byte[] s_palette = [0, 0, 255, 0, 0, 255, 0, 0]; // red, green
    private static readonly byte[] s_twoRows = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0];

    [Fact]
    public void Decode_24BitsBottomUp_StartsWithTheLastRow() =>
        AssertPixels(BitmapBuilder.Build(2, 2, 24, s_twoRows), 2, 2, [9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4]);

    [Fact]
    public void Decode_24BitsTopDown_StartsWithTheFirstRow() =>
        AssertPixels(BitmapBuilder.Build(2, -2, 24, s_twoRows), 2, 2, [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);

    [Theory]
    [InlineData(1, new byte[] { 0b0100_0000, 0, 0, 0 })]
    [InlineData(4, new byte[] { 0x01, 0x00, 0, 0 })]
    [InlineData(8, new byte[] { 0, 1, 0, 0 })]
    public void Decode_Palette_LooksColorsUp(int bits, byte[] row) =>
        AssertPixels(BitmapBuilder.Build(3, 1, bits, row, s_palette), 3, 1, [255, 0, 0, 0, 255, 0, 255, 0, 0]);

    [Fact]
    public void Decode_16Bits_Is555() =>
        AssertPixels(BitmapBuilder.Build(2, 1, 16, [0x00, 0x7C, 0xFF, 0x7F]), 2, 1, [255, 0, 0, 255, 255, 255]);

    [Fact]
    public void Decode_16BitsWithBitFields565_ScalesEachToEightBits() =>
        AssertPixels(
            BitmapBuilder.Build(2, 1, 16, [0xE0, 0x07, 0x10, 0x84], [0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0], 3), 2, 1,
            [0, 255, 0, 132, 130, 132]);

    [Fact]
    public void Decode_32Bits_IgnoresTheFourth() => AssertPixels(BitmapBuilder.Build(1, 1, 32, [1, 2, 3, 0]), 1, 1, [3, 2, 1]);

    [Fact]
    public void Decode_CoreHeader_HasThreeBytesAPaletteEntry()
    {
        byte[] file =
            [(byte)'B', (byte)'M', 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 12, 0, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 4, 5, 6,
            0b0100_0000, 0, 0, 0];
        AssertPixels(file, 2, 1, [3, 2, 1, 6, 5, 4]);
    }

    [Fact]
    public void Decode_CutAnywhere_IsRefused()
    {
        byte[] whole = BitmapBuilder.Build(2, 2, 24, s_twoRows);
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(whole.AsSpan(0, length), "cut"));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(1, int.MinValue)]
    public void Decode_SenselessSize_IsRefused(int width, int height) =>
        AssertRefused(BitmapBuilder.Build(width, height, 24, s_twoRows), "pixels");

    [Fact]
    public void Decode_HostileSize_IsRefusedWithoutTakingMemory()
    {
        byte[] file = BitmapBuilder.Build(60_000, 60_000, 24, s_twoRows);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(file, "60000 x 60000");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Theory]
    [InlineData(24, 1)]
    [InlineData(8, 1)] // run lengths
    [InlineData(24, 4)] // JPEG inside
    [InlineData(24, 3)]
    [InlineData(3, 0)]
    [InlineData(0, 0)]
    public void Decode_KindThatIsNotRead_SaysSo(int bits, int compression) =>
        AssertRefused(BitmapBuilder.Build(2, 2, bits, s_twoRows, s_palette, compression), "is not read");

    [Fact]
    public void Decode_ColorThePaletteLacks_IsRefused() =>
        AssertRefused(BitmapBuilder.Build(1, 1, 8, [2, 0, 0, 0], s_palette), "palette lacks");

    [Fact]
    public void Decode_NoPalette_IsRefused() => AssertRefused(BitmapBuilder.Build(1, 1, 8, [0, 0, 0, 0]), "palette is missing");

    [Fact]
    public void Decode_EmptyBitField_IsRefused() =>
        AssertRefused(BitmapBuilder.Build(1, 1, 32, [0, 0, 0, 0], new byte[12], 3), "bit field");

    [Theory]
    [InlineData(10, -1)]
    [InlineData(10, 0)]
    [InlineData(10, 1 << 20)]
    [InlineData(14, 120)]
    public void Decode_WrongOffset_IsRefused(int at, int value)
    {
        byte[] file = BitmapBuilder.Build(2, 2, 24, s_twoRows);
        BitmapBuilder.Put(file, at, value);
        AssertRefused(file, "");
    }

    private static void AssertPixels(byte[] file, int width, int height, byte[] pixels)
    {
        RgbImage image = ImageDecoder.Decode(file, "bitmap");
        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(pixels, image.Pixels);
    }

    private static void AssertRefused(byte[] file, string reason) =>
        Assert.Contains(
            reason, Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "bitmap")).Reason,
            StringComparison.Ordinal);
}
