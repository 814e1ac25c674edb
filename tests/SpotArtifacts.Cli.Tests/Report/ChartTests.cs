using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OxyPlot;
using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public sealed class ChartTests
{
    private const string First = "rgb(0,114,178)", Second = "rgb(213,94,0)";
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Lines_TwoCurves_AreDrawnOneAboveTheOtherAndNamed()
    {
        XElement svg = Draw(Chart.Lines("step", "loss", [("low", Line(10, 20)), ("high", Line(60, 70))]));

        // Upward is towards 0.
        Assert.True(Ys(svg, Second).Max() < Ys(svg, First).Min());
        Assert.Superset(new HashSet<string> { "step", "loss", "low", "high", "20", "60" }, Texts(svg));
    }

    [Fact]
    public void Lines_ValueThatIsNotFinite_InterruptsTheCurve()
    {
        XElement svg = Draw(Chart.Lines("x", "y", [("s", [new(0, 0), new(1, 1), new(2, double.NaN), new(3, 1), new(4, 0)])]));

        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, svg.Descendants(s_svg + "polyline")
            .Count(line => Stroke(line) == First && IsCurve(line) && Points(line).Length == 2));
    }

    [Fact]
    public void Lines_NothingFinite_StillGivesAPicture() =>
        Assert.Contains("s", Texts(Draw(Chart.Lines("x", "y", [("s", [new(1, double.NaN)]), ("empty", [])]))));

    [Fact]
    public void Lines_LongCurve_IsSmallAndHasItsMeansOverAFaintTrace()
    {
        DataPoint[] points = [.. Enumerable.Range(0, 200_000).Select(i => new DataPoint(i, i == 100_000 ? 50 : i % 2))];

        string text = Chart.ToSvg([Chart.Lines("x", "y", [("s", points)])], 800, 300);

        Assert.InRange(text.Length, 1_000, 60_000);
        double[] trace = Ys(XElement.Parse(text), First, faint: true), means = Ys(XElement.Parse(text), First);
        Assert.True(trace.Max() - trace.Min() > 150, "the excursion is kept");
        Assert.InRange(means.Max() - means.Min(), 0, 1);
        Assert.Single(XElement.Parse(text).Descendants(s_svg + "text"), t => t.Value == "s");
    }

    [Fact]
    public void Lines_FromAndTo_AreTheEndsOfTheAxis() =>
        Assert.Superset(new HashSet<string> { "0", "1" },
            Texts(Draw(Chart.Lines("x", "y", [("s", Line(0.4, 0.6))], from: 0, to: 1))));

    [Fact]
    public void Lines_Band_IsNamedAndFromOneValueToTheOther()
    {
        XElement svg = Draw(Chart.Lines("x", "y", [("s", Line(0, 1))], from: 0, to: 1, band: ("even", 0.25, 0.75)));

        Assert.Contains("even", Texts(svg));
        double axis = Ys(svg, First).Max() - Ys(svg, First).Min(); // the curve goes from 0 to 1
        Assert.Contains(svg.Descendants(s_svg + "rect"),
            band => Math.Abs(Number(band.Attribute("height")!.Value) - axis / 2) < 1);
    }

    [Fact]
    public void Places_CurvesWithSpreads_HaveNamesPlacesAndErrorBars()
    {
        XElement svg =
            Draw(Chart.Places("protocol", "top1, %", ["a", "b"], [("one", [(1, 0.5), null]), ("two", [(5, 0), (6, 1)])]));

        Assert.Superset(new HashSet<string> { "protocol", "top1, %", "a", "b", "one", "two" }, Texts(svg));
        // A dot for each value; a bar for each spread that is not 0.
        Assert.Equal((1, 2), (Dots(svg, First), Dots(svg, Second)));
        Assert.Equal((1, 1), (Bars(svg, First), Bars(svg, Second)));
    }

    [Fact]
    public void ToSvg_TwoCharts_AreBelowEachOther()
    {
        PlotModel Of(string name) => Chart.Places(name, "y", ["a", "b"], [("s", [(1, 0), (2, 0)])]);

        XElement svg = XElement.Parse(Chart.ToSvg([Of("first"), Of("second")], 600, 300));

        Assert.Equal(("600", "600"), (svg.Attribute("width")!.Value, svg.Attribute("height")!.Value));
        double[] dots = [.. svg.Descendants(s_svg + "ellipse").Select(dot => Number(dot.Attribute("cy")!.Value)).Order()];
        Assert.Equal(4, dots.Length);
        Assert.Equal(dots[..2].Select(y => Math.Round(y + 300, 2)), dots[2..].Select(y => Math.Round(y, 2)));
        // One chart's clipping must not be taken for the other's.
        Assert.Equal(svg.Descendants().Attributes("id").Count(),
            svg.Descendants().Attributes("id").Select(id => id.Value).Distinct().Count());
    }

    private static DataPoint[] Line(double from, double to) => [new(0, from), new(10, to)];

    private static XElement Draw(PlotModel chart) => XElement.Parse(Chart.ToSvg([chart], 600, 300));

    private static HashSet<string> Texts(XElement svg) => [.. svg.Descendants(s_svg + "text").Select(text => text.Value)];

    private static string Stroke(XElement line) => Regex.Match(line.Attribute("style")!.Value, @"stroke:([^;]+)").Groups[1].Value;

    private static (double X, double Y)[] Points(XElement line) =>
        [.. line.Attribute("points")!.Value.Trim().Split(' ').Select(pair => pair.Split(','))
        .Select(pair => (Number(pair[0]), Number(pair[1])))];

    // The legend's samples are short.
    private static bool IsCurve(XElement line) => Points(line)[^1].X - Points(line)[0].X > 40;

    private static double[] Ys(XElement svg, string color, bool faint = false) =>
    [
        .. svg.Descendants(s_svg + "polyline").Where(line => Stroke(line) == color && IsCurve(line)
            && line.Attribute("style")!.Value.Contains("opacity", StringComparison.Ordinal) == faint)
            .SelectMany(line => Points(line).Select(point => point.Y)),
    ];

    private static int Dots(XElement svg, string color) => svg.Descendants(s_svg + "ellipse")
        .Count(dot => dot.Attribute("style")!.Value.Contains(color, StringComparison.Ordinal));

    // Of one place across, not of the curve.
    private static int Bars(XElement svg, string color) => svg.Descendants(s_svg + "polyline")
        .Count(line => Stroke(line) == color && Points(line)[0].X == Points(line)[^1].X
        && Points(line)[0].Y != Points(line)[^1].Y);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
