using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Runs;

/// <summary>What a page shows of a run.</summary>
/// <param name="Summary">Where it stands.</param>
/// <param name="Curves">What was measured, by stage and name.</param>
/// <param name="Balance">Share of right answers over the last measurements; null before stage 2.</param>
/// <param name="Sheets">Its sample sheets.</param>
internal sealed record RunSnapshot(
    RunSummary Summary, IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<SeriesPoint>>> Curves,
    double? Balance, IReadOnlyList<SampleSheet> Sheets)
{
    /// <summary>A curve; empty where nothing of that name was measured.</summary>
    internal IReadOnlyList<SeriesPoint> Curve(string stage, string name) =>
        Curves.TryGetValue(stage, out IReadOnlyDictionary<string, IReadOnlyList<SeriesPoint>>? series)
        && series.TryGetValue(name, out IReadOnlyList<SeriesPoint>? points) ? points : [];
}

/// <summary>Follows one run for all pages that show it: what is new is read once, and not more often than there is need.</summary>
internal sealed class RunWatch(string name, RunCatalog catalog, AllowedFolders allowed, TimeProvider clock)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.7);
    private readonly Lock _gate = new();
    private readonly MetricsTail _tail = new();
    private readonly RunMetrics _metrics = new();
    private long? _readAt;
    private RunSnapshot? _snapshot;

    /// <summary>The run as it stands; null where it is not there.</summary>
    internal RunSnapshot? Read()
    {
        lock (_gate)
        {
            if (_readAt is { } at && clock.GetElapsedTime(at) < s_pause)
                return _snapshot;
            _snapshot = ReadNow();
            _readAt = clock.GetTimestamp();
            return _snapshot;
        }
    }

    private RunSnapshot? ReadNow()
    {
        if (catalog.Find(name) is not { } run)
            return null;
        try
        {
            if (allowed.FindFile("metrics.jsonl", run.Path) is { } file)
                _tail.Read(file, _metrics.Clear, _metrics.Add);
            return new RunSnapshot(run, _metrics.Curves(), _metrics.Balance, SampleSheets.Of(run, allowed));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return _snapshot; // replaced at this moment: the next time tells
        }
    }
}

/// <summary>The runs that pages look at.</summary>
internal sealed class RunWatches(RunCatalog catalog, AllowedFolders allowed, TimeProvider clock)
{
    private const int Most = 64;
    private readonly Dictionary<string, RunWatch> _watches = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The run as it stands; null where there is none of that name.</summary>
    internal RunSnapshot? Read(string name)
    {
        RunWatch? watch;
        lock (_gate)
        {
            if (!_watches.TryGetValue(name, out watch))
            {
                if (catalog.Find(name) is null)
                    return null; // names come from addresses: nothing is kept for those that are no run's
                if (_watches.Count >= Most)
                    _watches.Remove(_watches.Keys.First());
                _watches.Add(name, watch = new RunWatch(name, catalog, allowed, clock));
            }
        }
        return watch.Read();
    }
}
