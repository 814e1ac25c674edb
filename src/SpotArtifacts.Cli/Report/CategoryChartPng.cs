using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Report;

/// <summary>Draws charts below each other into one picture, for where no browser shows SVG.</summary>
internal static class CategoryChartPng
{
    private const int Width = 1080, Height = 460, Scale = 2;
    private const int Left = 90, Right = 240, Top = 50, Bottom = 50;
    private const int PlotWidth = Width - Left - Right, PlotHeight = Height - Top - Bottom;
    private const int LineHeight = BitmapFont.Height * Scale + 10;

    private static readonly (byte R, byte G, byte B) s_ink = (28, 30, 33), s_rule = (214, 218, 223);

    // The colours of the HTML report's light style.
    private static readonly (byte R, byte G, byte B)[] s_colors =
        [(0, 114, 178), (213, 94, 0), (0, 158, 115), (176, 82, 138), (138, 109, 0), (59, 155, 208), (91, 91, 91), (122, 79, 191)];

    /// <summary>The picture.</summary>
    /// <param name="charts">1 or more.</param>
    internal static RgbImage Render(IReadOnlyList<CategoryChart> charts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(charts.Count);
        var image = new RgbImage(Width, Height * charts.Count);
        image.Pixels.AsSpan().Fill(255);
        for (int i = 0; i < charts.Count; i++) Draw(image, charts[i], Height * i);
        return image;
    }

    private static void Draw(RgbImage image, CategoryChart chart, int top)
    {
        BitmapFont.Draw(image, $"{chart.Title}: {chart.YLabel}", Left, top + 16, s_ink, Scale);
        (double Value, double Spread)[] points = [.. chart.Curves.SelectMany(curve => curve.Points).OfType<(double, double)>()];
        if (points.Length == 0) return;
        var axis = new ChartAxis(points.Min(p => p.Value - p.Spread), points.Max(p => p.Value + p.Spread), 6, tight: false);
        var brush = new Brush(image);
        double Y(double value) => top + Top + (1 - axis.Position(value)) * PlotHeight;
        double X(int place) => Left + (place + 0.5) * PlotWidth / chart.Categories.Count;
        DrawAxes(image, brush, chart, axis, top, X);
        for (int c = 0; c < chart.Curves.Count; c++)
        {
            (byte, byte, byte) color = s_colors[c % s_colors.Length];
            // Side by side within a place, so that error bars do not hide each other.
            double shift = 3 * (c - (chart.Curves.Count - 1) / 2.0);
            DrawCurve(brush, chart.Curves[c], place => X(place) + shift, Y, color);
            int y = top + Top + c * LineHeight;
            brush.Line(Width - Right + 16, y + 7, Width - Right + 40, y + 7, 3, color);
            BitmapFont.Draw(image, chart.Curves[c].Name, Width - Right + 50, y, s_ink, Scale);
        }
    }

    private static void DrawAxes(RgbImage image, Brush brush, CategoryChart chart, ChartAxis axis, int top, Func<int, double> x)
    {
        foreach ((double position, string label) in axis.Ticks())
        {
            double y = top + Top + (1 - position) * PlotHeight;
            brush.Line(Left, y, Left + PlotWidth, y, 1, s_rule);
            BitmapFont.Draw(image, label, Left - 12 - BitmapFont.Measure(label, Scale), (int)y - 7, s_ink, Scale);
        }
        // Labels that would run into each other are drawn small.
        int widest = chart.Categories.Max(text => BitmapFont.Measure(text, Scale));
        int scale = widest + 6 > PlotWidth / chart.Categories.Count ? 1 : Scale;
        for (int i = 0; i < chart.Categories.Count; i++)
            BitmapFont.Draw(image, chart.Categories[i], (int)x(i) - BitmapFont.Measure(chart.Categories[i], scale) / 2, top + Top + PlotHeight + 14, s_ink, scale);
    }

    private static void DrawCurve(Brush brush, CategoryCurve curve, Func<int, double> x, Func<double, double> y, (byte R, byte G, byte B) color)
    {
        for (int i = 0; i < curve.Points.Count; i++)
        {
            if (curve.Points[i] is not var (value, spread)) continue;
            if (i > 0 && curve.Points[i - 1] is var (before, _)) brush.Line(x(i - 1), y(before), x(i), y(value), 2.5, color);
            if (spread > 0) brush.Line(x(i), y(value - spread), x(i), y(value + spread), 1.5, color);
            brush.Line(x(i), y(value), x(i), y(value), 9, color);
        }
    }
}
