using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Tests;

public class PngFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(3, 7)]
    [InlineData(64, 64)]
    [InlineData(300, 200)]
    [InlineData(1, 5000)]
    public void Encode_AnySize_ComesBackUnchanged(int width, int height)
    {
        RgbImage image = TestImages.Pattern(width, height);
        RgbImage back = ImageDecoder.Decode(PngFile.Encode(image), "back");
        Assert.Equal((width, height), (back.Width, back.Height));
        Assert.Equal(image.Pixels, back.Pixels);
    }

    [Fact]
    public void Write_ExistingFile_IsReplacedAndNothingIsLeftBeside()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("sheet.png", [1, 2, 3]);
        PngFile.Write(path, TestImages.Constant(2, 2, 1, 2, 3));
        Assert.Equal([1, 2, 3], TestImages.PixelAt(ImageDecoder.Decode(File.ReadAllBytes(path), path), 0, 0));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_MissingFolder_Throws()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<OutputException>(() => PngFile.Write(folder.At("none/sheet.png"), TestImages.Pattern(2, 2)));
    }
}
