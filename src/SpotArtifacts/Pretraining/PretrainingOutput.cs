using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SpotArtifacts.Images;

namespace SpotArtifacts.Pretraining;

/// <summary>Whom pre-training tells what while it runs; nobody, unless said here.</summary>
public sealed record PretrainingOutput
{
    /// <summary>Told after each step, on the thread that trains; null for nobody.</summary>
    public IProgress<ProgressReport>? Progress { get; init; }

    /// <summary>What was found, decided and written; warnings where a run goes on although something is not as it was.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Source of time for rates.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Bytes of decoded images that are kept in memory; changes the speed, never a batch.</summary>
    public long MemoryBudget { get; init; } = new DecodedImagesOptions().MemoryBudget;

    /// <summary>Where a checkpoint between the regular ones is asked for; null for nowhere.</summary>
    public CheckpointRequest? Checkpoints { get; init; }
}
