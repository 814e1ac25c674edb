using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class SeriesColorsTests
{
    [Theory]
    [InlineData(0xffffff)]
    [InlineData(0x1b1d20)] // of the dark theme
    public void Rgb_EveryColour_StandsOutFromThePage(uint page) => Assert.All(Enumerable.Range(0, 8), i =>
    {
        double a = Luminance(SeriesColors.Rgb(i)) + 0.05, b = Luminance(page) + 0.05;
        Assert.True(Math.Max(a, b) / Math.Min(a, b) >= 3, SeriesColors.Css(i));
    });

    [Fact]
    public void Css_OfAColour_IsWrittenAsStyleSheetsDo() => Assert.Equal("#0072b2", SeriesColors.Css(8));

    // As the Web Content Accessibility Guidelines define it.
    private static double Luminance(uint rgb)
    {
        double Linear(int shift) => (rgb >> shift & 255) / 255.0 is var part && part <= 0.04045 ? part / 12.92
            : Math.Pow((part + 0.055) / 1.055, 2.4);
        return 0.2126 * Linear(16) + 0.7152 * Linear(8) + 0.0722 * Linear(0);
    }
}
