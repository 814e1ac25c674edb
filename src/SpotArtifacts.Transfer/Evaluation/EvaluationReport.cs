using System.Text.Json;
using System.Text.Json.Serialization;
using SpotArtifacts.Engine;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>An evaluation's numbers with everything that moved them, for people and machines.</summary>
/// <param name="Version">Version of this software.</param>
/// <param name="Libtorch">Version of libtorch, and the instruction set it used.</param>
/// <param name="Resizer">What made images smaller: it is part of every number.</param>
/// <param name="Train">What <c>--train</c> named, as absolute paths.</param>
/// <param name="Test">What <c>--test</c> named, as absolute paths.</param>
/// <param name="Networks">The columns.</param>
/// <param name="Results">Protocol by protocol, network by network.</param>
public sealed record EvaluationReport(
    string Version, string Libtorch, string Resizer, IReadOnlyList<string> Train, IReadOnlyList<string> Test,
    IReadOnlyList<ReportedNetwork> Networks, IReadOnlyList<ReportedResult> Results)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Puts a report together.</summary>
    public static EvaluationReport Of(EvaluationData data, IReadOnlyList<EvaluatedNetwork> networks,
        IReadOnlyList<ProtocolResult> results)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(networks);
        ArgumentNullException.ThrowIfNull(results);
        return new EvaluationReport(
            typeof(EvaluationReport).Assembly.GetName().Version?.ToString(3) ?? "0",
            $"{NativeEngine.LibtorchVersion} ({Processor.Instructions})",
            "the project's own, antialiased as Pillow's; bilinear", [.. data.TrainPaths.Select(Path.GetFullPath)],
            [.. data.TestPaths.Select(Path.GetFullPath)],
            [.. networks.Select(ReportedNetwork.Of)], [.. results.Select(ReportedResult.Of)]);
    }

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <returns>Null where the text is something else.</returns>
    internal static EvaluationReport? TryParse(string json)
    {
        try
        {
            EvaluationReport? report = JsonSerializer.Deserialize<EvaluationReport>(json, s_json);
            return report is { Networks: not null, Results: not null } ? report : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A network of a report.</summary>
/// <param name="Name">Column of the table.</param>
/// <param name="Kind">What kind it is.</param>
/// <param name="Source">File of its weights, or what made them.</param>
/// <param name="Averaged">Whether the moving averages of the weights were taken.</param>
/// <param name="Preset">Preset of its recipe.</param>
/// <param name="ImageSize">Side of its input in pixels.</param>
/// <param name="Widths">Channels of conv1 to conv5.</param>
public sealed record ReportedNetwork(string Name, NetworkKind Kind, string Source, bool Averaged, string Preset, int ImageSize,
    IReadOnlyList<int> Widths)
{
    internal static ReportedNetwork Of(EvaluatedNetwork network) => new(
        network.Name, network.Kind, network.Source, network.Averaged, network.Recipe.Preset, network.ImageSize,
        network.Recipe.Network.DiscriminatorWidths);
}

/// <summary>A protocol's result of a report.</summary>
/// <param name="Protocol">Its name.</param>
/// <param name="Network">Its network.</param>
/// <param name="Settings">All settings.</param>
/// <param name="Changed">Those that differ from the protocol's defaults: then the number is not the protocol's own.</param>
/// <param name="Facts">What else moved the number.</param>
/// <param name="Metrics">The numbers.</param>
public sealed record ReportedResult(
    string Protocol, string Network, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> Changed,
    IReadOnlyDictionary<string, string> Facts, IReadOnlyList<ReportedMetric> Metrics)
{
    internal static ReportedResult Of(ProtocolResult result) => new(
        result.Protocol, result.Network, result.Settings.Keys.ToDictionary(key => key.Name, key => result.Settings[key.Name]),
        result.Settings.Changed,
        result.Facts.ToDictionary(fact => fact.Name, fact => fact.Value), [.. result.Metrics.Select(ReportedMetric.Of)]);
}

/// <summary>A number of a report; fractions are 0 to 1.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Part">Of which layer, class or size; absent for the whole.</param>
/// <param name="Mean">Mean of the values.</param>
/// <param name="Deviation">Sample standard deviation; absent for one value.</param>
/// <param name="Values">One for each seed or fold.</param>
/// <param name="IsFraction">Whether it is a fraction, or a number of another kind.</param>
public sealed record ReportedMetric(string Name, string? Part, double Mean, double? Deviation, IReadOnlyList<double> Values,
    bool IsFraction)
{
    internal static ReportedMetric Of(Metric metric) =>
        new(metric.Name, metric.Part.Length == 0 ? null : metric.Part, metric.Mean, metric.Deviation, metric.Values,
        metric.IsFraction);
}
