using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using SpotArtifacts.Features;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>Meter and source are the process's: nothing else may train meanwhile.</summary>
[CollectionDefinition(nameof(StepTelemetryTests), DisableParallelization = true)]
[Collection(nameof(StepTelemetryTests))]
public sealed class StepTelemetryTests : IDisposable
{
    private readonly TinyRun _tiny = new();
    private readonly ConcurrentDictionary<string, double> _counts = [];
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;

    public StepTelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SpotTelemetry.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, value, tags));
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SpotTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_activities);
    }

    [Fact]
    public void Run_BothStages_GivesASpanAStepAndCountsImagesAndWaiting()
    {
        _tiny.WriteDamagedImage("0003.png");

        _tiny.Run(_tiny.Create("run", TinyRun.Recipe()));

        Assert.Equal(Enumerable.Range(1, 5).Select(step => ("autoencoder", (long)step, 4))
            .Concat(Enumerable.Range(1, 5).Select(step => ("spotting", (long)step, 4))), _spans.Select(span =>
                ((string)span.GetTagItem("spotartifacts.stage")!, (long)span.GetTagItem("spotartifacts.step")!,
                    (int)span.GetTagItem("spotartifacts.images")!)));
        Assert.All(_spans, span => Assert.Equal("spotartifacts.train", span.OperationName));
        Assert.All(_spans, span => Assert.True(span.Duration > TimeSpan.Zero));
        Assert.IsType<double>(_spans.First().GetTagItem("spotartifacts.loss.reconstruction"));
        Assert.IsType<double>(_spans.Last().GetTagItem("spotartifacts.loss.repair"));
        Assert.Equal((5, 5), (Counted("training.steps autoencoder"), Counted("training.steps spotting")));
        Assert.Equal((20, 20), (Counted("training.images autoencoder"), Counted("training.images spotting")));
        Assert.Equal(1, Counted("images.skipped"));
        Assert.InRange(Counted("images.decoded"), 1, 17);
        Assert.InRange(Counted("waited images"), 0, 60);
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
        _tiny.Dispose();
    }

    private double Counted(string name) => _counts.GetValueOrDefault($"spotartifacts.{name}");

    private void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string name = tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Value}";
        _counts.AddOrUpdate(name, value, (_, before) => before + value);
    }
}
