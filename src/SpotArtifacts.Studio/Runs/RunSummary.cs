namespace SpotArtifacts.Studio.Runs;

/// <summary>Where a run stands.</summary>
/// <param name="Name">Its folder below the runs folder, with slashes.</param>
/// <param name="Path">Its folder, links followed.</param>
/// <param name="State">What has become of it.</param>
/// <param name="Preset">What its recipe started from; empty where it cannot be read.</param>
/// <param name="Updated">When it last wrote what it measured, or began.</param>
internal sealed record RunSummary(string Name, string Path, RunState State, string Preset, DateTimeOffset Updated)
{
    /// <summary>What was measured last; null before the first time.</summary>
    internal MetricsLine? Last { get; init; }

    /// <summary>Steps of the stage it is in; null before it has begun.</summary>
    internal long? Steps { get; init; }

    /// <summary>Until the end of the stage it is in, while it runs; null where that is not known.</summary>
    internal TimeSpan? Remaining { get; init; }

    /// <summary>Whether it can be continued.</summary>
    internal bool HasCheckpoint { get; init; }

    /// <summary>Why it failed; else null.</summary>
    internal string? Problem { get; init; }

    /// <summary>Share of the stage's steps that are done.</summary>
    internal double Progress => Last is { } last && Steps is > 0 and { } steps ? Math.Min(1, (double)last.Step / steps) : 0;

    /// <summary>Changes with what is shown of it.</summary>
    internal string Stamp => $"{State} {Updated.Ticks} {Last?.Stage} {Last?.Step} {Problem}";
}
