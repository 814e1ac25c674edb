using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class BoundedSeriesTests
{
    [Fact]
    public void Add_FewValues_KeepsThemAsTheyAre()
    {
        BoundedSeries series = new();
        foreach (int i in Enumerable.Range(1, 399))
            series.Add(i, i);

        Assert.Equal(399, series.Points.Count);
        Assert.Equal(new SeriesPoint(7, 7), series.Points[6]);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(12_345)]
    [InlineData(1_000_000)]
    public void Add_AnyNumberOfValues_StaysBoundedAndKeepsTheirMean(int count)
    {
        BoundedSeries series = new();
        for (int i = 1; i <= count; i++)
            series.Add(i, i);
        IReadOnlyList<SeriesPoint> points = series.Points;

        Assert.InRange(points.Count, BoundedSeries.Most / 2, BoundedSeries.Most + 1);
        Assert.Equal(count, points[^1].Step);
        Assert.Equal(points.Select(point => point.Step).Order(), points.Select(point => point.Step));
        // Each value counts for the steps since the point before.
        double sum = points.Zip(points.Skip(1), (before, at) => at.Value * (at.Step - before.Step)).Sum()
            + points[0].Value * points[0].Step;
        Assert.Equal(count * (count + 1.0) / 2, sum, count * 1e-6);
    }
}
