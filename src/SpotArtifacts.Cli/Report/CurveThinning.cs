namespace SpotArtifacts.Cli.Report;

/// <summary>
/// Reduces a long curve to what a chart can show. Averages alone would hide the excursions a training curve is looked at for,
/// extremes alone its trend, so a chart draws both.
/// </summary>
internal static class CurveThinning
{
    /// <summary>The lowest and the highest point of each bucket of neighbours, in order; null where the curve is interrupted.</summary>
    /// <param name="series">The curve.</param>
    /// <param name="most">Most points that are kept as they are, 2 or more. Interruptions shorter than a bucket vanish above it.</param>
    public static List<(double X, double Y)?> Thin(ChartSeries series, int most)
    {
        int count = series.X.Count;
        int buckets = count <= most ? count : most / 2;
        var points = new List<(double X, double Y)?>();
        for (int bucket = 0; bucket < buckets; bucket++)
        {
            int from = (int)((long)bucket * count / buckets), to = (int)((long)(bucket + 1) * count / buckets);
            var (lowest, highest) = Extremes(series, from, to);
            if (lowest < 0)
            {
                points.Add(null);
                continue;
            }

            points.Add(At(series, Math.Min(lowest, highest)));
            if (lowest != highest)
                points.Add(At(series, Math.Max(lowest, highest)));
        }

        return points;
    }

    /// <summary>The mean point of each bucket of neighbours; null for a bucket without finite points.</summary>
    /// <param name="series">The curve.</param>
    /// <param name="buckets">Number of buckets, 1 to the number of points.</param>
    public static List<(double X, double Y)?> Average(ChartSeries series, int buckets)
    {
        var points = new List<(double X, double Y)?>();
        for (int bucket = 0; bucket < buckets; bucket++)
        {
            double x = 0, y = 0;
            int finite = 0;
            int to = (int)((long)(bucket + 1) * series.X.Count / buckets);
            for (int i = (int)((long)bucket * series.X.Count / buckets); i < to; i++)
            {
                if (!IsFinite(series, i))
                    continue;
                finite++;
                x += (series.X[i] - x) / finite;
                y += (series.Y[i] - y) / finite;
            }

            points.Add(finite == 0 ? null : (x, y));
        }

        return points;
    }

    /// <summary>Whether a point can be drawn.</summary>
    public static bool IsFinite(ChartSeries series, int i) => double.IsFinite(series.X[i]) && double.IsFinite(series.Y[i]);

    private static (double X, double Y) At(ChartSeries series, int i) => (series.X[i], series.Y[i]);

    private static (int Lowest, int Highest) Extremes(ChartSeries series, int from, int to)
    {
        int lowest = -1, highest = -1;
        for (int i = from; i < to; i++)
        {
            if (!IsFinite(series, i))
                continue;
            if (lowest < 0 || series.Y[i] < series.Y[lowest])
                lowest = i;
            if (highest < 0 || series.Y[i] > series.Y[highest])
                highest = i;
        }

        return (lowest, highest);
    }
}
