using System.Xml.Linq;
using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public class LineChartSvgTests
{
    [Fact]
    public void Render_KnownPoints_AreAtTheirPlaces()
    {
        // The plot spans x 62 to 698 and y 254 down to 12.
        var figure = Render(new ChartSeries("s", [0, 10], [0, 1]));
        Assert.Equal("M62 254L698 12", Curves(figure).Single());
    }

    [Fact]
    public void Render_Gap_StartsANewStrokeAndDotsLonePoints()
    {
        string path = Curves(Render(new ChartSeries("s", [0, 1, 2, 3, 4, 5], [0, 1, double.NaN, 1, double.NaN, 0]))).Single();
        Assert.Equal(3, path.Count(c => c == 'M'));
        Assert.Equal(2, path.Count(c => c == 'h'));
        Assert.DoesNotContain("NaN", path, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NothingFinite_SaysSo()
    {
        Assert.Contains("no finite values", Render(new ChartSeries("s", [1], [double.NaN])).Value, StringComparison.Ordinal);
        Assert.Contains("no finite values", Render().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LongCurve_IsSmallAndHasAnAverage()
    {
        double[] x = [.. Enumerable.Range(0, 200_000).Select(i => (double)i)];
        var figure = Render(new ChartSeries("s", x, [.. x.Select(i => Math.Sin(i))]));
        Assert.Equal(2, Curves(figure).Count);
        Assert.True(figure.ToString().Length < 40_000);
    }

    [Fact]
    public void Render_ManySeries_AreAllInTheLegend()
    {
        var figure = Render([.. Enumerable.Range(0, 11).Select(i => new ChartSeries($"run {i}", [0, 1], [0, i]))]);
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"run {i}"), figure.Descendants("li").Select(item => item.Value));
        Assert.Equal(11, Curves(figure).Count);
    }

    [Fact]
    public void Render_Always_HasAnAccessibleNameAndDescription()
    {
        var svg = Render(new ChartSeries("loss", [0, 1], [0, 0.25])).Descendants("svg").First();
        Assert.Equal("img", svg.Attribute("role")!.Value);
        Assert.Equal("id-title id-what", svg.Attribute("aria-labelledby")!.Value);
        Assert.Equal("name", svg.Element("title")!.Value);
        Assert.Equal("up over across; loss: ends at 0.25", svg.Element("desc")!.Value);
    }

    [Fact]
    public void Render_YFromAndYTo_WidenTheAxis()
    {
        var chart = new LineChart { Title = "name", XLabel = "across", YLabel = "up", Series = [new("s", [0, 1], [0.4, 0.6])], YFrom = 0, YTo = 1 };
        Assert.Equal("M62 157.2L698 108.8", Curves(XElement.Parse(LineChartSvg.Render(chart, "id"))).Single());
    }

    private static XElement Render(params ChartSeries[] series) =>
        XElement.Parse(LineChartSvg.Render(new LineChart { Title = "name", XLabel = "across", YLabel = "up", Series = series }, "id"));

    private static List<string> Curves(XElement figure) =>
    [
        .. figure.Descendants("svg").First().Elements("path")
            .Where(path => path.Attribute("class")!.Value.StartsWith("curve", StringComparison.Ordinal))
            .Select(path => path.Attribute("d")!.Value),
    ];
}
