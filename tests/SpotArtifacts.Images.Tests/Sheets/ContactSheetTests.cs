namespace SpotArtifacts.Images.Tests;

public class ContactSheetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Render_TwoRows_PlacesEveryTileEnlarged(int scale)
    {
        ContactSheet sheet = new();
        sheet.AddRow("", [TestImages.Constant(8, 6, 255, 0, 0), TestImages.Constant(8, 6, 0, 255, 0)]);
        sheet.AddRow("", [TestImages.Constant(8, 6, 0, 0, 255)]);
        RgbImage image = sheet.Render(scale);
        Assert.Equal((2 * (8 * scale + 1) + 1, 2 * (6 * scale + 1) + 1), (image.Width, image.Height));
        Assert.Equal([255, 0, 0], TestImages.PixelAt(image, 1, 1));
        Assert.Equal([255, 0, 0], TestImages.PixelAt(image, 8 * scale, 6 * scale));
        Assert.Equal([32, 32, 32], TestImages.PixelAt(image, 8 * scale + 1, 1));
        Assert.Equal([0, 255, 0], TestImages.PixelAt(image, 8 * scale + 2, 1));
        Assert.Equal([0, 0, 255], TestImages.PixelAt(image, 1, 6 * scale + 2));
    }

    [Fact]
    public void Render_LongLabel_WidensTheSheet()
    {
        ContactSheet sheet = new();
        sheet.AddRow("a rather long label", [TestImages.Constant(2, 2, 0, 0, 0)]);
        Assert.Equal(19 * 6 - 1 + 2, sheet.Render(1).Width);
    }

    [Fact]
    public void Render_Label_DrawsTheFont()
    {
        ContactSheet sheet = new();
        sheet.AddRow("L", [TestImages.Constant(8, 8, 0, 0, 0)]);
        RgbImage image = sheet.Render(1);
        for (int y = 0; y < 7; y++)
            for (int x = 0; x < 5; x++)
                Assert.Equal(x == 0 || y == 6 ? 240 : 32, TestImages.PixelAt(image, 1 + x, 1 + y)[0]);
    }

    [Fact]
    public void Draw_AllCharacters_DifferExceptTheUnknown()
    {
        List<string> drawn = [];
        for (char c = ' '; c <= '~'; c++)
            drawn.Add(Drawn(c));
        Assert.Equal(95, drawn.Distinct().Count());
        Assert.Equal(Drawn('?'), Drawn('ä'));
    }

    [Fact]
    public void AddRow_OtherTileSize_Throws()
    {
        ContactSheet sheet = new();
        sheet.AddRow("a", [TestImages.Constant(2, 2, 0, 0, 0)]);
        Assert.Throws<ArgumentException>(() => sheet.AddRow("b", [TestImages.Constant(2, 3, 0, 0, 0)]));
        Assert.Throws<ArgumentException>(() => sheet.AddRow("c", []));
    }

    [Fact]
    public void Render_Empty_Throws() => Assert.Throws<InvalidOperationException>(() => new ContactSheet().Render(1));

    [Theory]
    [InlineData(-1f, 0)]
    [InlineData(-2f, 0)]
    [InlineData(0f, 128)]
    [InlineData(1f, 255)]
    [InlineData(9f, 255)]
    [InlineData(float.NaN, 0)]
    public void ToRgb_AnyValue_IsScaledAndClipped(float value, byte expected)
    {
        RgbImage image = PlanarPixels.ToRgb([value, -1, -1, value, -1, -1], 1, 2);
        Assert.Equal([expected, 0, 0, 0, expected, 0], image.Pixels);
    }

    [Fact]
    public void GreyMap_SmallMap_IsEnlargedWithoutBlending()
    {
        RgbImage image = PlanarPixels.GreyMap([0, 1, 0.5f, 2], 2, 2, scale: 2);
        Assert.Equal((4, 4), (image.Width, image.Height));
        Assert.Equal([0, 0, 255, 255], Enumerable.Range(0, 4).Select(x => TestImages.PixelAt(image, x, 1)[0]));
        Assert.Equal([128, 128, 255, 255], Enumerable.Range(0, 4).Select(x => TestImages.PixelAt(image, x, 2)[2]));
    }

    [Fact]
    public void ToRgb_WrongLength_Throws() => Assert.Throws<ArgumentException>(() => PlanarPixels.ToRgb(new float[11], 2, 2));

    private static string Drawn(char c)
    {
        RgbImage image = new(5, 7);
        BitmapFont.Draw(image, c.ToString(), 0, 0, (1, 1, 1));
        return string.Concat(image.Pixels);
    }
}
