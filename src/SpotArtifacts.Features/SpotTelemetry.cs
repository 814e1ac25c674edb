using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SpotArtifacts.Features;

/// <summary>
/// What models and training say of their work to whoever listens, such as OpenTelemetry: docs/applications.md. Nothing is measured where nobody does.
/// </summary>
public static class SpotTelemetry
{
    /// <summary>Name of the <see cref="Meter"/> and of the <see cref="ActivitySource"/>.</summary>
    public const string Name = "SpotArtifacts";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);

    /// <summary>Image files that were decoded.</summary>
    internal static Counter<long> Decoded { get; } = s_meter.CreateCounter<long>(
        "spotartifacts.images.decoded", "{image}", "Image files that were decoded.");

    /// <summary>Vectors that were computed.</summary>
    internal static Counter<long> Embedded { get; } = s_meter.CreateCounter<long>(
        "spotartifacts.images.embedded", "{image}", "Views of images whose features were computed.");

    /// <summary>Images that were left out.</summary>
    internal static Counter<long> Skipped { get; } = s_meter.CreateCounter<long>(
        "spotartifacts.images.skipped", "{image}", "Images of a set that were left out because they are damaged.");

    /// <summary>Steps of training.</summary>
    internal static Counter<long> Steps { get; } = s_meter.CreateCounter<long>(
        "spotartifacts.training.steps", "{step}", "Steps of training that were done, by stage.");

    /// <summary>Images that steps of training have consumed.</summary>
    internal static Counter<long> Trained { get; } = s_meter.CreateCounter<long>(
        "spotartifacts.training.images", "{image}", "Views of images that steps of training consumed, by stage.");

    /// <summary>Seconds in which a pass over a set could not go on, by what it waited for.</summary>
    internal static Counter<double> Waited { get; } = s_meter.CreateCounter<double>(
        "spotartifacts.waited", "s", "Time in which a pass over a set of images waited, by what for: images or network.");

    /// <summary>A span around the computing of a batch; null where nobody listens.</summary>
    /// <param name="model">Computes.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="askers">The spans in which they were asked for: one is the parent, several are linked.</param>
    internal static Activity? StartBatch(SpotModel model, int images, IReadOnlyList<ActivityContext> askers)
    {
        if (!s_source.HasListeners())
            return null;
        KeyValuePair<string, object?>[] tags =
        [
            new("spotartifacts.images", images),
            new("spotartifacts.network", model.Description.Network),
            new("spotartifacts.layer", model.Layer.Name()),
        ];
        return askers.Count == 1
            ? s_source.StartActivity("spotartifacts.embed", ActivityKind.Internal, askers[0], tags)
            : s_source.StartActivity("spotartifacts.embed", ActivityKind.Internal, default(ActivityContext), tags,
                askers.Where(asker => asker != default).Distinct().Select(asker => new ActivityLink(asker)));
    }

    /// <summary>A span around a step of training; null where nobody listens.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="step">Counted from 1.</param>
    /// <param name="images">Images of the step.</param>
    internal static Activity? StartStep(string stage, long step, int images) => !s_source.HasListeners() ? null
        : s_source.StartActivity("spotartifacts.train", ActivityKind.Internal, default(ActivityContext),
            [new("spotartifacts.stage", stage), new("spotartifacts.step", step), new("spotartifacts.images", images)]);

    /// <summary>Counts a step of training.</summary>
    internal static void CountStep(string stage, int images)
    {
        KeyValuePair<string, object?> tag = new("stage", stage);
        Steps.Add(1, tag);
        Trained.Add(images, tag);
    }

    /// <summary>Counts seconds of waiting.</summary>
    internal static void CountWaiting(TimeSpan time, string what) =>
        Waited.Add(time.TotalSeconds, new KeyValuePair<string, object?>("for", what));
}
