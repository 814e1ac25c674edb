using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Cli.Report;

/// <summary>
/// Charts in the reports' look, drawn by OxyPlot. They are written as SVG: sharp at any size, and nothing native is needed.
/// </summary>
internal static class Chart
{
    /// <summary>Longer curves are drawn as their means over a faint trace of all they did.</summary>
    private const int MostUnsmoothed = 300, Means = 120;

    private static readonly OxyColor s_ink = OxyColor.FromRgb(28, 30, 33), s_soft = OxyColor.FromRgb(93, 100, 109),
        s_rule = OxyColor.FromRgb(223, 226, 230), s_band = OxyColor.FromArgb(50, 0, 158, 115);

    /// <summary>Curves over a common axis. A value that is not finite interrupts its curve.</summary>
    /// <param name="across">Name and unit of the horizontal axis.</param>
    /// <param name="upward">Name and unit of the vertical axis.</param>
    /// <param name="curves">The curves; later ones are drawn over earlier ones.</param>
    /// <param name="from">Where the vertical axis starts; NaN for a little below the data.</param>
    /// <param name="to">Where it ends; NaN for a little above the data.</param>
    /// <param name="band">A band of the vertical axis, and what it is; null for none.</param>
    internal static PlotModel Lines(
        string across, string upward, IReadOnlyList<(string Name, IReadOnlyList<DataPoint> Points)> curves,
        double from = double.NaN, double to = double.NaN, (string Name, double From, double To)? band = null)
    {
        PlotModel chart = Empty(upward, from, to, LegendPosition.BottomLeft);
        if (band is { } even)
            chart.Annotations.Add(new RectangleAnnotation
            {
                MinimumY = even.From,
                MaximumY = even.To,
                Fill = s_band,
                Layer = AnnotationLayer.BelowSeries,
                Text = HtmlText.Plain(even.Name),
                TextColor = s_soft,
            });
        chart.Axes.Add(Bare(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = HtmlText.Plain(across),
            MinimumPadding = 0,
            MaximumPadding = 0,
            TickStyle = TickStyle.Outside
        }));
        foreach ((string name, IReadOnlyList<DataPoint> points) in curves)
        {
            OxyColor color = NextColor(chart);
            bool smoothed = points.Count > MostUnsmoothed;
            chart.Series.Add(Line(smoothed ? null : name, points, smoothed ? OxyColor.FromAColor(70, color) : color,
                smoothed ? 1 : 1.75));
            if (smoothed)
                chart.Series.Add(Line(name, points.Chunk((points.Count + Means - 1) / Means).Select(Mean), color, 1.75));
        }
        return chart;
    }

    /// <summary>Curves over a few named places, equally far apart: layers, or numbers of labels.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="upward">Name and unit of the vertical axis.</param>
    /// <param name="places">Names of the places, left to right.</param>
    /// <param name="curves">The curves; for each place a value and half the length of its error bar (0 for none), or null where
    /// there is no value.</param>
    internal static PlotModel Places(
        string title, string upward, IReadOnlyList<string> places,
        IReadOnlyList<(string Name, IReadOnlyList<(double Value, double Spread)?> Points)> curves)
    {
        PlotModel chart = Empty(upward, double.NaN, double.NaN, LegendPosition.RightTop);
        chart.Title = HtmlText.Plain(title);
        chart.Axes.Add(Bare(new CategoryAxis
        {
            Position = AxisPosition.Bottom,
            ItemsSource = places.Select(HtmlText.Plain).ToArray(),
            TickStyle = TickStyle.None,
            Minimum = -0.5,
            Maximum = places.Count - 0.5
        }));
        for (int c = 0; c < curves.Count; c++)
        {
            // Side by side within a place, so that error bars do not hide each other.
            double shift = 0.015 * (c - (curves.Count - 1) / 2.0);
            ScatterErrorPoint[] points =
                [.. curves[c].Points.Select((p, i) => new ScatterErrorPoint(i + shift, p?.Value ?? double.NaN, 0,
                2 * (p?.Spread ?? 0)))];
            OxyColor color = NextColor(chart);
            chart.Series.Add(Line(curves[c].Name, points.Select(p => new DataPoint(p.X, p.Y)), color, 2));
            chart.Series.Add(new ScatterErrorSeries
            {
                ItemsSource = points,
                MarkerType = MarkerType.Circle,
                MarkerFill = color,
                MarkerSize = 4,
                ErrorBarColor = color,
                ErrorBarStrokeThickness = 1.5,
                ErrorBarStopWidth = 0,
            });
        }
        return chart;
    }

    /// <summary>Charts below each other as one SVG document.</summary>
    /// <param name="charts">The charts.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height of each in pixels.</param>
    internal static string ToSvg(IReadOnlyList<PlotModel> charts, double width, double height)
    {
        using var stream = new MemoryStream();
        using (var canvas = new SvgRenderContext(stream, width, height * charts.Count, true, new GenerousMeasure(),
            OxyColors.White, true))
        {
            for (int i = 0; i < charts.Count; i++)
            {
                ((IPlotModel)charts[i]).Update(true);
                ((IPlotModel)charts[i]).Render(canvas, new OxyRect(0, height * i, width, height));
            }
            canvas.Complete();
        }
        // A reader of text, which leaves the mark at the beginning out.
        return new StreamReader(new MemoryStream(stream.ToArray())).ReadToEnd();
    }

    private static PlotModel Empty(string upward, double from, double to, LegendPosition legend)
    {
        var chart = new PlotModel
        {
            DefaultFont = "Arial, Helvetica, sans-serif",
            TextColor = s_ink,
            TitleFontSize = 14,
            TitleFontWeight = FontWeights.Bold,
            Background = OxyColors.White,
            PlotAreaBorderThickness = new OxyThickness(0),
        };
        chart.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = legend,
            LegendSymbolMargin = 6,
            LegendItemSpacing = 20,
            LegendLineSpacing = 4,
            LegendOrientation = legend == LegendPosition.BottomLeft ? LegendOrientation.Horizontal : LegendOrientation.Vertical,
        });
        chart.Axes.Add(Bare(new LinearAxis
        {
            Position = AxisPosition.Left,
            Title = HtmlText.Plain(upward),
            Minimum = from,
            Maximum = to,
            MinimumPadding = 0.05,
            MaximumPadding = 0.05,
            IntervalLength = 45,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = s_rule,
            TickStyle = TickStyle.None,
        }));
        return chart;
    }

    private static Axis Bare(Axis axis)
    {
        (axis.MinorTickSize, axis.MajorTickSize, axis.AxisTitleDistance, axis.TicklineColor, axis.AxislineColor) =
            (0, 5, 8, s_soft, s_soft);
        axis.AxislineStyle = axis.Position == AxisPosition.Bottom ? LineStyle.Solid : LineStyle.None;
        axis.StringFormat = axis is CategoryAxis ? null : "#,0.######";
        return axis;
    }

    private static OxyColor NextColor(PlotModel chart) =>
        OxyColor.FromUInt32(0xff000000 | SeriesColors.Rgb(chart.Series.Count(series => series.Title is not null)));

    private static LineSeries Line(string? name, IEnumerable<DataPoint> points, OxyColor color, double width) => new()
    {
        Title = name is null ? null : HtmlText.Plain(name),
        ItemsSource = points.ToArray(),
        Color = color,
        StrokeThickness = width,
        LineJoin = LineJoin.Round,
        Decimator = Decimator.Decimate,
    };

    /// <summary>
    /// Which font draws the text is not known here: room for a wider one than Arial, whose points it counts as pixels.
    /// </summary>
    private sealed class GenerousMeasure() : PdfRenderContext(1, 1, OxyColors.White)
    {
        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            OxySize points = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(points.Width * 1.15 * 96 / 72, points.Height * 96 / 72);
        }
    }

    // An average alone would hide the excursions that a training curve is looked at for, the trace alone its trend.
    private static DataPoint Mean(DataPoint[] points)
    {
        DataPoint[] finite = [.. points.Where(point => double.IsFinite(point.Y))];
        return finite.Length == 0 ? DataPoint.Undefined
            : new DataPoint(finite.Average(point => point.X), finite.Average(point => point.Y));
    }
}
