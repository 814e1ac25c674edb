using SpotArtifacts.Cli.Report;
using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Tests.Report;

public sealed class CategoryChartPngTests
{
    private static readonly (byte, byte, byte) First = (0, 114, 178), Second = (213, 94, 0);

    [Fact]
    public void Render_HigherCurve_IsDrawnAboveTheLower()
    {
        var chart = new CategoryChart("protocol", "top1, %", ["a", "b"], [Curve("low", 10, 20), Curve("high", 60, 70)]);

        RgbImage image = CategoryChartPng.Render([chart]);

        Assert.Equal((1080, 460), (image.Width, image.Height));
        // Left of the legend, which names both.
        int[] low = Rows(image, First, right: 840), high = Rows(image, Second, right: 840);
        Assert.NotEmpty(low);
        Assert.NotEmpty(high);
        Assert.True(high.Max() < low.Min(), $"{high.Max()} {low.Min()}");
        Assert.NotEmpty(Rows(image, First, left: 840));
    }

    [Fact]
    public void Render_TwoChartsAndMissingPoints_AreBelowEachOther()
    {
        var gaps = new CategoryChart("gaps", "y", ["a", "b", "c"], [new CategoryCurve("curve", [(1, 0.5), null, (2, 0)])]);
        var empty = new CategoryChart("empty", "y", ["a"], [new CategoryCurve("curve", [null])]);

        RgbImage image = CategoryChartPng.Render([gaps, empty]);

        Assert.Equal(920, image.Height);
        Assert.All(Rows(image, First), row => Assert.InRange(row, 0, 459));
    }

    private static CategoryCurve Curve(string name, params double[] values) => new(name, [.. values.Select(value => ((double, double)?)(value, 1))]);

    private static int[] Rows(RgbImage image, (byte, byte, byte) color, int left = 0, int right = int.MaxValue) =>
    [
        .. Enumerable.Range(0, image.Width * image.Height)
            .Where(i => i % image.Width >= left && i % image.Width < right && (image.Pixels[3 * i], image.Pixels[3 * i + 1], image.Pixels[3 * i + 2]) == color)
            .Select(i => i / image.Width)
    ];
}
