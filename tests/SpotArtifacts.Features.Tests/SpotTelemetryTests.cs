using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests;

/// <summary>Meter and source are the process's: nothing else may compute meanwhile.</summary>
[CollectionDefinition(nameof(SpotTelemetryTests), DisableParallelization = true)]
[Collection(nameof(SpotTelemetryTests))]
public sealed class SpotTelemetryTests : IDisposable
{
    private readonly FeatureFolder _folder = new();
    private readonly ConcurrentDictionary<string, double> _counts = [];
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;

    public SpotTelemetryTests()
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
            ShouldListenTo = source => source.Name is SpotTelemetry.Name or nameof(SpotTelemetryTests),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_activities);
    }

    [Fact]
    public void Extraction_WithADamagedImage_CountsImagesAndWaitingAndASpanABatch()
    {
        _folder.WriteImages("images", 20);
        _folder.WriteDamaged("images/x.png");
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 8 });

        FeatureExtractionResult result;
        using (ImageSet set = _folder.Open())
            result = FeatureExtraction.Run(
                model, set, new() { Path = _folder.At("features.npy") }, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((20, 1), (result.Rows, result.Skipped.Count));
        Assert.Equal((20, 20, 1), (Counted("images.decoded"), Counted("images.embedded"), Counted("images.skipped")));
        Assert.InRange(Counted("waited for images"), 1e-9, 60);
        Assert.InRange(Counted("waited for network"), 1e-9, 60);
        Assert.Equal([8, 8, 4], _spans.Select(span => span.GetTagItem("spotartifacts.images")));
        Assert.All(_spans, span => Assert.Equal(
            ("spotartifacts.embed", model.Description.Network, "conv3"),
            (span.OperationName, span.GetTagItem("spotartifacts.network"), span.GetTagItem("spotartifacts.layer"))));
    }

    [Fact]
    public void Embed_InASpan_IsItsChild()
    {
        string[] files = _folder.WriteImages("images", 1);
        using SpotModel model = FeatureFolder.Load();
        using ActivitySource source = new(nameof(SpotTelemetryTests));

        using (source.StartActivity("request"))
            model.Embed(files[0]);

        Activity[] spans = [.. _spans];
        Assert.Equal(["spotartifacts.embed", "request"], spans.Select(span => span.OperationName));
        Assert.Equal((spans[1].SpanId, spans[1].TraceId), (spans[0].ParentSpanId, spans[0].TraceId));
        Assert.Equal((1, 1), (Counted("images.decoded"), Counted("images.embedded")));
    }

    [Fact]
    public void StartBatch_OfSeveralAskers_LinksEachOnce()
    {
        using SpotModel model = FeatureFolder.Load();
        ActivityContext a = Context(), b = Context();

        using (SpotTelemetry.StartBatch(model, 4, [a, b, a, default]))
        {
        }

        Activity span = Assert.Single(_spans);
        Assert.Equal([a, b], span.Links.Select(link => link.Context));
        Assert.Equal(default, span.ParentSpanId);

        static ActivityContext Context() =>
            new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
        _folder.Dispose();
    }

    private double Counted(string name) => _counts.GetValueOrDefault($"spotartifacts.{name}");

    private void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string name = tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Key} {tags[0].Value}";
        _counts.AddOrUpdate(name, value, (_, before) => before + value);
    }
}
