using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Studio.Runs;

/// <summary>The curves of a run, by stage and name.</summary>
internal sealed class RunMetrics
{
    /// <summary>Share of right answers, averaged as <see cref="GameBalance"/> does.</summary>
    internal const string Right = "right, mean of 40";

    private readonly Dictionary<string, Dictionary<string, BoundedSeries>> _stages = [];
    private readonly Queue<double> _rights = new();

    /// <summary>What was measured last; null before.</summary>
    internal MetricsLine? Last { get; private set; }

    /// <summary>The share of right answers on average over the last measurements; null before stage 2.</summary>
    internal double? Balance => _rights.Count == 0 ? null : _rights.Average();

    /// <summary>Names of the stages, in the order they were trained.</summary>
    internal IReadOnlyList<string> Stages => [.. _stages.Keys];

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        _stages.Clear();
        _rights.Clear();
        Last = null;
    }

    /// <summary>Takes the next line.</summary>
    internal void Add(MetricsLine line)
    {
        Last = line;
        if (!_stages.TryGetValue(line.Stage, out Dictionary<string, BoundedSeries>? series))
            _stages.Add(line.Stage, series = []);
        foreach ((string name, double value) in line.Values)
            Add(series, name, line.Step, value);
        if (line.Right is not { } right)
            return;
        _rights.Enqueue(right);
        if (_rights.Count > GameBalance.Window)
            _rights.Dequeue();
        Add(series, Right, line.Step, _rights.Average());
    }

    /// <summary>All curves as they stand now.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<SeriesPoint>>> Curves() =>
        _stages.ToDictionary(stage => stage.Key, IReadOnlyDictionary<string, IReadOnlyList<SeriesPoint>> (stage) =>
            stage.Value.ToDictionary(series => series.Key, series => series.Value.Points));

    private static void Add(Dictionary<string, BoundedSeries> series, string name, long step, double value)
    {
        if (!series.TryGetValue(name, out BoundedSeries? one))
            series.Add(name, one = new BoundedSeries());
        one.Add(step, value);
    }
}
