using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public class CurveThinningTests
{
    [Fact]
    public void Thin_ShortCurve_IsUnchanged() =>
        Assert.Equal([(0, 5), null, (2, 7)], CurveThinning.Thin(new ChartSeries("s", [0, 1, 2], [5, double.NaN, 7]), 10));

    [Fact]
    public void Thin_LongCurve_KeepsSpikesInOrder()
    {
        double[] x = [.. Enumerable.Range(0, 100_000).Select(i => (double)i)];
        double[] y = new double[x.Length];
        (y[33_333], y[77_777]) = (9, -9);
        var points = CurveThinning.Thin(new ChartSeries("s", x, y), 1000);
        Assert.InRange(points.Count, 500, 1000);
        Assert.Contains((33_333, 9), points);
        Assert.Contains((77_777, -9), points);
        Assert.Equal(points.Select(point => point!.Value.X).Order(), points.Select(point => point!.Value.X));
    }

    [Fact]
    public void Thin_LongGap_StaysAGap()
    {
        double[] x = [.. Enumerable.Range(0, 10_000).Select(i => (double)i)];
        double[] y = [.. x.Select(i => i is >= 4000 and < 6000 ? double.PositiveInfinity : i)];
        var points = CurveThinning.Thin(new ChartSeries("s", x, y), 100);
        Assert.Contains(null, points);
        Assert.DoesNotContain(points, point => point is { Y: >= 4000 and < 6000 });
    }

    [Fact]
    public void Average_Buckets_AreMeansOfTheirFinitePoints() =>
        Assert.Equal(
            [(0.5, 3), (2, 8), null],
            CurveThinning.Average(new ChartSeries("s", [0, 1, 2, 3, 4, 5], [2, 4, 8, double.NaN, double.NaN, double.NaN]), 3));

    [Fact]
    public void ChartSeries_UnequalLengths_AreRefused()
    {
        var failure = Assert.Throws<ArgumentException>(() => new ChartSeries("loss", [1, 2], [1]));
        Assert.Contains("'loss' has 2 x and 1 y", failure.Message, StringComparison.Ordinal);
    }
}
