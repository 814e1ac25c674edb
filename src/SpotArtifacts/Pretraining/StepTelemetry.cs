using System.Diagnostics;
using SpotArtifacts.Features;
using SpotArtifacts.Images;

namespace SpotArtifacts.Pretraining;

/// <summary>What the steps of a training say to <see cref="SpotTelemetry"/>.</summary>
/// <param name="images">What batches are made of.</param>
internal sealed class StepTelemetry(DecodedImages images)
{
    private TimeSpan _waited;
    private int _decoded, _skipped;

    /// <summary>A span around a step; null where nobody listens.</summary>
    internal Activity? Begin(string stage, long step, int count, TrainingBatches batches)
    {
        _waited = batches.WaitTime;
        return SpotTelemetry.StartStep(stage, step, count);
    }

    /// <summary>Counts what a step took, and puts what it measured into its span.</summary>
    internal void End(
        Activity? span, string stage, int count, TrainingBatches batches, IReadOnlyList<(string Name, double Value)> values)
    {
        SpotTelemetry.CountStep(stage, count);
        SpotTelemetry.CountWaiting(batches.WaitTime - _waited, "images");
        // What was decoded ahead, and for sample sheets, counts with the step that it was first seen in.
        int decoded = images.Decoded, skipped = images.SkippedCount;
        SpotTelemetry.Decoded.Add(decoded - _decoded);
        SpotTelemetry.Skipped.Add(skipped - _skipped);
        (_decoded, _skipped) = (decoded, skipped);
        foreach ((string name, double value) in values)
            span?.SetTag($"spotartifacts.{name}", value);
    }
}
