namespace SpotArtifacts.Images.Tests.Formats;

public class PngChunksTests
{
    private static readonly byte[] s_palette = [1, 2, 3, 4, 5, 6];
    private static readonly byte[] s_plain = PngBuilder.Build(2, 1, 8, 3, [0, 0, 1], s_palette, transparency: [0]);

    [Theory]
    [InlineData("tEXt")]
    [InlineData("zTXt")]
    [InlineData("iTXt")]
    [InlineData("tIME")]
    [InlineData("pHYs")]
    [InlineData("gAMA")]
    [InlineData("cHRM")]
    [InlineData("sRGB")]
    [InlineData("iCCP")]
    [InlineData("cICP")]
    [InlineData("sBIT")]
    [InlineData("sPLT")]
    [InlineData("bKGD")]
    [InlineData("hIST")]
    [InlineData("acTL")]
    [InlineData("vpAg")]
    public void Decode_AncillaryChunkWithAWrongChecksum_ChangesNoPixel(string type)
    {
        RgbImage expected = ImageDecoder.Decode(s_plain, "plain");
        foreach (int at in (int[])[Place("PLTE"), Place("IDAT"), Place("IEND")])
            Assert.Equal(expected.Pixels, ImageDecoder.Decode(With(type, at), "chunk").Pixels);
    }

    [Theory]
    [InlineData("IHDR")]
    [InlineData("PLTE")]
    [InlineData("tRNS")] // alpha is composited
    [InlineData("IDAT")]
    public void Decode_ChunkThatDecidesPixelsWithAWrongChecksum_Throws(string type)
    {
        byte[] file = [.. s_plain];
        int at = Place(type);
        file[at + 8 + file[at + 3]] ^= 1; // lengths are below 256 here
        ImageFormatException refusal = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "damaged"));
        Assert.Contains(type, refusal.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eXIf")] // it turns the picture
    [InlineData("ABCD")] // no decoder may pass it over
    public void Decode_OtherChunkThatCountsWithAWrongChecksum_Throws(string type) =>
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(With(type, Place("IDAT")), "damaged"));

    [Fact]
    public void Decode_AncillaryChunkLongerThanTheFile_Throws()
    {
        byte[] file = With("tEXt", Place("IEND"));
        file[Place("IEND")] = 0x7f;
        ImageFormatException refusal = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "cut"));
        Assert.Contains("cut off", refusal.Reason, StringComparison.Ordinal);
    }

    private static int Place(string type) => s_plain.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(type)) - 4;

    private static byte[] With(string type, int at)
    {
        using MemoryStream chunk = new();
        PngBuilder.WriteChunk(chunk, type, "Software\0x"u8.ToArray());
        byte[] bytes = chunk.ToArray();
        bytes[^1] ^= 0xff;
        return [.. s_plain[..at], .. bytes, .. s_plain[at..]];
    }
}
