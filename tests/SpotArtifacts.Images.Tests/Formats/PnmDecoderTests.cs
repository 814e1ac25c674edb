using System.Text;

namespace SpotArtifacts.Images.Tests.Formats;

public class PnmDecoderTests
{
    [Theory]
    [InlineData("P6 2 1 255\n", new byte[] { 1, 2, 3, 4, 5, 6 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("P6\n# made by hand\n2 # columns\n1\n255\n", new byte[] { 1, 2, 3, 4, 5, 6 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("P5 2 1 255\n", new byte[] { 7, 8 }, new byte[] { 7, 7, 7, 8, 8, 8 })]
    [InlineData("P5 2 1 15\n", new byte[] { 15, 3 }, new byte[] { 255, 255, 255, 51, 51, 51 })]
    [InlineData("P5 2 1 65535\n", new byte[] { 0xff, 0xff, 0x80, 0x00 }, new byte[] { 255, 255, 255, 128, 128, 128 })]
    [InlineData("P3 2 1 255\n1 2 3 4 5 6", new byte[] { }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("P3\n# by hand\n2 1\n255\n1 2 3 # red\n4\t5 6\n", new byte[] { }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("P2 2 1 15\n15 3\n", new byte[] { }, new byte[] { 255, 255, 255, 51, 51, 51 })]
    [InlineData("P2 1 1 65535 65535", new byte[] { }, new byte[] { 255, 255, 255 })]
    public void Decode_SoundFile_GivesItsPixels(string header, byte[] body, byte[] expected) =>
        Assert.Equal(expected, ImageDecoder.Decode([.. Encoding.ASCII.GetBytes(header), .. body], "map").Pixels);

    [Theory]
    [InlineData("P6 2 1 255\n\u0001\u0002\u0003\u0004\u0005", "cut off")]
    [InlineData("P6 2 1 255", "header")]
    [InlineData("P6 2 1", "header")]
    [InlineData("P6 2 x 255\n", "header")]
    [InlineData("P6 -2 1 255\n", "header")]
    [InlineData("P6 99999999999 1 255\n", "header")]
    [InlineData("P6 0 1 255\n", "no picture")]
    [InlineData("P6 1 1 0\nabc", "no picture")]
    [InlineData("P6 1 1 65536\nabcdef", "no picture")]
    [InlineData("P6 60000 60000 255\nabc", "60000 x 60000")]
    [InlineData("P5 1 1 15\nz", "above the 15")]
    [InlineData("P6 # never ends", "header")]
    [InlineData("P3 1 1 255\n1 2", "not all there")]
    [InlineData("P3 1 1 255\n1 2 x", "not all there")]
    [InlineData("P3 1 1 255\n1 2 256", "above the 255")]
    [InlineData("P2 30000 30000 255\n1", "30000 x 30000")]
    [InlineData("P2 9000 9000 255\n1", "not all there")]
    [InlineData("P3 spot", "first bytes")] // no number follows
    public void Decode_Malformed_IsRefused(string file, string reason) => Assert.Contains(
        reason, Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(Encoding.Latin1.GetBytes(file), "map")).Reason,
        StringComparison.Ordinal);
}
