namespace SpotArtifacts.Studio.Runs;

/// <summary>What has become of a run.</summary>
internal enum RunState
{
    /// <summary>A process trains it now.</summary>
    Running,

    /// <summary>Nobody trains it; it has a checkpoint and can be continued.</summary>
    Stopped,

    /// <summary>It has its weights.</summary>
    Finished,

    /// <summary>It ended by an error, or without a checkpoint.</summary>
    Failed,
}
