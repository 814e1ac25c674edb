using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Inspection;

public sealed class HeatMapOverlayTests
{
    [Theory]
    [InlineData(32, 32, 192, 192)] // enlarged by whole pixels
    [InlineData(300, 200, 300, 200)]
    [InlineData(1000, 400, 512, 204)]
    [InlineData(3, 900, 1, 512)]
    public void Draw_AnySize_ShowsImageAndOverlaySideBySide(int width, int height, int shownWidth, int shownHeight)
    {
        RgbImage sheet = HeatMapOverlay.Draw(TestImages.Constant(width, height, 200, 100, 50), Found(new DamageMap(1, 1, [0])));

        Assert.Equal((2 * shownWidth + 4, shownHeight + 13), (sheet.Width, sheet.Height));
        Assert.Equal([200, 100, 50], TestImages.PixelAt(sheet, 0, shownHeight / 2));
        byte[] cold = TestImages.PixelAt(sheet, shownWidth + 4, shownHeight / 2);
        Assert.Equal((cold[0], cold[0]), (cold[1], cold[2])); // grey
    }

    [Fact]
    public void Draw_HotRight_IsRedThereAndGreyLeft()
    {
        RgbImage sheet = HeatMapOverlay.Draw(TestImages.Constant(192, 192, 128, 128, 128), Found(new DamageMap(1, 2, [0, 1])));

        byte[] left = TestImages.PixelAt(sheet, 196 + 10, 96), right = TestImages.PixelAt(sheet, 196 + 180, 96);
        Assert.Equal(left[0], left[1]);
        Assert.True(right[0] > right[1] + 150, string.Join(' ', right));
    }

    [Fact]
    public void Draw_NoMap_ShowsTheImageAlone()
    {
        RgbImage sheet = HeatMapOverlay.Draw(TestImages.Constant(200, 200, 1, 2, 3), Found(null));

        Assert.Equal((200, 213), (sheet.Width, sheet.Height));
    }

    private static ImageInspection Found(DamageMap? map) => new(0.5f, 0.5f, new SourceBox(0, 0, 1, 1), map);
}
