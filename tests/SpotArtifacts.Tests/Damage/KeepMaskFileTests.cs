using SpotArtifacts.Damage;
using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Damage;

public sealed class KeepMaskFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("10\n01\n")]
    [InlineData("1 0\r\n\r\n0 1")]
    public void Read_Text_IsItsNumbers(string text) => Assert.Equal([1, 0, 0, 1], Read(text, 2));

    [Fact]
    public void Read_Picture_TakesTheMeanOfEachPlace()
    {
        RgbImage image = new(4, 6); // two places wide, two high: 2 x 3 pixels each
        for (int y = 0; y < 6; y++)
            for (int x = 0; x < 4; x++)
                image.Pixels.AsSpan(3 * (y * 4 + x), 3).Fill((byte)((x < 2) == (y < 3) ? 255 : 60));

        Assert.Equal([1, 0, 0, 1], KeepMaskFile.Read(_folder.Write("mask.png", PngFile.Encode(image)), 2));
    }

    [Theory]
    [InlineData("10\n01\n", "4 rows of 4")]
    [InlineData("1111\n1111\n111\n1111", "4, 3 numbers")]
    [InlineData("1111\n11x1\n1111\n1111", "'x'")]
    [InlineData("", "0 rows")]
    public void Read_TextThatDoesNotFit_SaysWhatWould(string text, string message) =>
        Assert.Contains(message, Assert.Throws<SpotException>(() => Read(text, 4)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_PictureThatDoesNotFit_SaysWhatWould()
    {
        string file = _folder.Write("mask.png", PngFile.Encode(new RgbImage(6, 8)));

        Assert.Contains("multiples of 4", Assert.Throws<SpotException>(() => KeepMaskFile.Read(file, 4)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedPicture_NamesTheFile()
    {
        string file = _folder.Write("mask.png", PngFile.Encode(new RgbImage(8, 8))[..40]);

        Assert.Contains(file, Assert.Throws<SpotException>(() => KeepMaskFile.Read(file, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Missing_NamesTheFile() =>
        Assert.Contains(_folder.At("absent"),
            Assert.Throws<SpotException>(() => KeepMaskFile.Read(_folder.At("absent"), 4)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private float[] Read(string text, int grid) =>
        KeepMaskFile.Read(_folder.Write("mask.txt", System.Text.Encoding.UTF8.GetBytes(text)), grid);
}
