namespace SpotArtifacts.Studio.Runs;

/// <summary>
/// A curve of a bounded number of points, however long the run: once it is full, each two neighbours become their mean, and so do
/// the values that come afterwards.
/// </summary>
/// <param name="most">Most points, even.</param>
internal sealed class BoundedSeries(int most = BoundedSeries.Most)
{
    /// <summary>More than a screen shows apart.</summary>
    internal const int Most = 400;

    private readonly List<SeriesPoint> _points = [];
    private int _stride = 1, _count;
    private double _sum, _step;

    /// <summary>The curve, the values of an unfinished point at its end.</summary>
    internal IReadOnlyList<SeriesPoint> Points => _count == 0 ? [.. _points] : [.. _points, new(_step, _sum / _count)];

    /// <summary>Takes the next value.</summary>
    internal void Add(double step, double value)
    {
        (_step, _sum) = (step, _sum + value);
        if (++_count < _stride)
            return;
        _points.Add(new SeriesPoint(step, _sum / _count));
        (_sum, _count) = (0, 0);
        if (_points.Count < most)
            return;
        for (int i = 0; i < most / 2; i++)
            _points[i] = new SeriesPoint(_points[2 * i + 1].Step, (_points[2 * i].Value + _points[2 * i + 1].Value) / 2);
        _points.RemoveRange(most / 2, _points.Count - most / 2);
        _stride *= 2;
    }
}
