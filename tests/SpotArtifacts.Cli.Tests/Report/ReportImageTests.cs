using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public class ReportImageTests
{
    [Fact]
    public void Constructor_PngHeader_GivesItsSize()
    {
        var image = new ReportImage(SamplePng.Bytes, "c", scale: 4);
        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Contains("width=\"12\" height=\"8\"", image.ToHtml(), StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(SamplePng.Bytes), image.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NotAPng_IsRefused()
    {
        byte[] jpeg = SamplePng.Bytes;
        jpeg[0] = 0xFF;
        Assert.Throws<ArgumentException>(() => new ReportImage(jpeg, "c"));
        Assert.Throws<ArgumentException>(() => new ReportImage([], "c"));
        Assert.Throws<ArgumentException>(() => new ReportImage(SamplePng.Bytes[..20], "c"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Constructor_ScaleOutOfRange_IsRefused(int scale) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReportImage(SamplePng.Bytes, "c", scale));
}
