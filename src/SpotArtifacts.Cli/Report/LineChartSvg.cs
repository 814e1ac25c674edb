using System.Text;

namespace SpotArtifacts.Cli.Report;

/// <summary>Draws a line chart as inline SVG with an HTML legend; colours come from the page's style, so dark mode follows.</summary>
internal static class LineChartSvg
{
    private const int Width = 720, Height = 300;
    private const int Left = 62, Right = 22, Top = 12, Bottom = 46;
    private const int PlotWidth = Width - Left - Right, PlotHeight = Height - Top - Bottom;
    private const int MostPoints = 1200;

    /// <summary>Longer curves are drawn as their averages over a faint trace of their extremes.</summary>
    private const int MostUnsmoothed = 300;
    private const int Averages = 120;

    /// <summary>Number of colours in the style; further curves repeat them, dashed.</summary>
    private const int Colours = 8;

    /// <summary>The figure.</summary>
    /// <param name="chart">What to draw.</param>
    /// <param name="id">An identifier unique on the page.</param>
    public static string Render(LineChart chart, string id)
    {
        var points = chart.Series
            .SelectMany(series => Enumerable.Range(0, series.X.Count).Where(i => CurveThinning.IsFinite(series, i)).Select(i => (X: series.X[i], Y: series.Y[i])))
            .ToList();
        var html = new StringBuilder("<figure class=\"chart\"><div class=\"wide\">");
        html.Append($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-what\">")
            .Append($"<title id=\"{id}-title\">{HtmlText.Escape(chart.Title)}</title>")
            .Append($"<desc id=\"{id}-what\">{HtmlText.Escape(Describe(chart))}</desc>\n");
        if (points.Count == 0)
            html.Append($"<text class=\"label\" x=\"{Width / 2}\" y=\"{Height / 2}\" text-anchor=\"middle\">no finite values</text>\n");
        else
            Plot(html, chart, points);
        return html.Append("</svg></div>\n").Append(Legend(chart)).Append("</figure>\n").ToString();
    }

    private static void Plot(StringBuilder html, LineChart chart, List<(double X, double Y)> points)
    {
        double low = Math.Min(points.Min(point => point.Y), chart.YFrom ?? double.PositiveInfinity);
        double high = Math.Max(points.Max(point => point.Y), chart.YTo ?? double.NegativeInfinity);
        var across = new ChartAxis(points.Min(point => point.X), points.Max(point => point.X), 7, tight: true);
        var upward = new ChartAxis(low, high, 5, tight: false);
        DrawAxes(html, chart, across, upward);
        for (int i = 0; i < chart.Series.Count; i++)
        {
            var series = chart.Series[i];
            bool smoothed = series.X.Count > MostUnsmoothed;
            string all = Trace(CurveThinning.Thin(series, MostPoints), across, upward);
            html.Append($"<path class=\"{CurveClass(i)}{(smoothed ? " faint" : "")}\" d=\"{all}\"/>\n");
            if (smoothed)
                html.Append($"<path class=\"{CurveClass(i)}\" d=\"{Trace(CurveThinning.Average(series, Averages), across, upward)}\"/>\n");
        }
    }

    private static string CurveClass(int i) => $"curve c{i % Colours}{(i >= Colours ? " dashed" : "")}";

    private static void DrawAxes(StringBuilder html, LineChart chart, ChartAxis across, ChartAxis upward)
    {
        foreach (var (position, label) in upward.Ticks())
        {
            string y = HtmlText.Coordinate(Top + ((1 - position) * PlotHeight));
            html.Append($"<path class=\"grid\" d=\"M{Left} {y}h{PlotWidth}\"/>")
                .Append($"<text class=\"tick\" x=\"{Left - 8}\" y=\"{y}\" dy=\"0.32em\" text-anchor=\"end\">{label}</text>\n");
        }

        foreach (var (position, label) in across.Ticks())
        {
            string x = HtmlText.Coordinate(Left + (position * PlotWidth));
            html.Append($"<path class=\"axis\" d=\"M{x} {Top + PlotHeight}v5\"/>")
                .Append($"<text class=\"tick\" x=\"{x}\" y=\"{Top + PlotHeight + 18}\" text-anchor=\"middle\">{label}</text>\n");
        }

        html.Append($"<path class=\"axis\" d=\"M{Left} {Top + PlotHeight}h{PlotWidth}\"/>\n")
            .Append($"<text class=\"label\" x=\"{Left + (PlotWidth / 2)}\" y=\"{Height - 8}\" text-anchor=\"middle\">{HtmlText.Escape(chart.XLabel)}</text>\n")
            .Append($"<text class=\"label\" transform=\"translate(14 {Top + (PlotHeight / 2)}) rotate(-90)\" text-anchor=\"middle\">")
            .Append($"{HtmlText.Escape(chart.YLabel)}</text>\n");
    }

    /// <summary>Path data: a move at the start and after each gap; a point alone gets a zero-length line, which round caps show as a dot.</summary>
    private static string Trace(List<(double X, double Y)?> curve, ChartAxis across, ChartAxis upward)
    {
        var path = new StringBuilder();
        bool drawing = false;
        for (int i = 0; i < curve.Count; i++)
        {
            if (curve[i] is not { } point)
            {
                drawing = false;
                continue;
            }

            string x = HtmlText.Coordinate(Left + (across.Position(point.X) * PlotWidth));
            string y = HtmlText.Coordinate(Top + ((1 - upward.Position(point.Y)) * PlotHeight));
            path.Append(drawing ? 'L' : 'M').Append(x).Append(' ').Append(y);
            bool alone = !drawing && (i + 1 == curve.Count || curve[i + 1] is null);
            if (alone)
                path.Append("h0");
            drawing = true;
        }

        return path.ToString();
    }

    private static string Describe(LineChart chart) =>
        $"{chart.YLabel} over {chart.XLabel}; {string.Join(", ", chart.Series.Select(Summary))}";

    private static string Summary(ChartSeries series)
    {
        double last = series.Y.LastOrDefault(double.IsFinite, double.NaN);
        return double.IsNaN(last) ? $"{series.Name}: no values" : $"{series.Name}: ends at {ReportCell.Number(last, "G4").Text}";
    }

    private static string Legend(LineChart chart)
    {
        var list = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < chart.Series.Count; i++)
        {
            list.Append($"<li><svg width=\"22\" height=\"10\" aria-hidden=\"true\"><path class=\"{CurveClass(i)}\" d=\"M2 5h18\"/></svg>")
                .Append($"{HtmlText.Escape(chart.Series[i].Name)}</li>");
        }

        return list.Append("</ul>\n").ToString();
    }
}
