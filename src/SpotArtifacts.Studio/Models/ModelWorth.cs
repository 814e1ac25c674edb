using System.Text.Json;
using SpotArtifacts.Transfer;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Studio.Models;

/// <summary>A layer beside the same layer with random weights; fractions, 0 to 1.</summary>
internal sealed record LayerComparison(string Layer, double Random, double Trained)
{
    /// <summary>Of random weights, in percent.</summary>
    public double RandomPercent => 100 * Random;

    /// <summary>Of the trained ones, in percent.</summary>
    public double TrainedPercent => 100 * Trained;
}

/// <summary>What layers are worth by one measure.</summary>
/// <param name="File">Name of the file it was read from.</param>
/// <param name="Measure">The protocol, and what it measures.</param>
/// <param name="Layers">conv1 and on.</param>
internal sealed record ModelWorth(string File, string Measure, IReadOnlyList<LayerComparison> Layers)
{
    /// <summary>Columns of <see cref="Rows"/>.</summary>
    internal static readonly IReadOnlyList<string> Columns = ["random", "trained", NumberTable.Difference];

    private const long LargestFile = 8 << 20;
    private const string Trained = "pre-trained";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>As a table, in percent.</summary>
    internal IReadOnlyList<(string Name, IReadOnlyList<double> Values)> Rows => [.. Layers.Select(layer => (layer.Layer,
        (IReadOnlyList<double>)[
            layer.RandomPercent, layer.TrainedPercent, layer.TrainedPercent - layer.RandomPercent]))];

    /// <summary>
    /// Reads what <c>spot eval --out FILE.json</c> and <c>spot probe --json</c> have left beside a model; other files are passed
    /// over.
    /// </summary>
    /// <param name="folder">Where to look.</param>
    /// <param name="pattern">Which files.</param>
    internal static IReadOnlyList<ModelWorth> Read(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)
                .Where(file => new FileInfo(file) is { Length: <= LargestFile, LinkTarget: null })
                .SelectMany(file => Parse(System.IO.File.ReadAllText(file), Path.GetFileName(file)))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SpotException($"{folder}: the evaluations cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The measures in a file's text; none where it is no evaluation.</summary>
    internal static IReadOnlyList<ModelWorth> Parse(string json, string file) =>
        json.TrimStart().StartsWith('[') ? OfProbe(json, file)
        : EvaluationReport.TryParse(json) is { } report ? OfReport(report, file) : [];

    private static List<ModelWorth> OfReport(EvaluationReport report, string file)
    {
        List<ModelWorth> found = [];
        string? random = report.Networks.FirstOrDefault(network => network.Kind == NetworkKind.Random)?.Name;
        foreach (IGrouping<string, ReportedResult> protocol in report.Results.GroupBy(result => result.Protocol))
        {
            ReportedResult? low = protocol.FirstOrDefault(result => result.Network == random),
                high = protocol.FirstOrDefault(result => result.Network == Trained);
            if (low is null || high?.Metrics.FirstOrDefault(metric => metric.IsFraction)?.Name is not { } measure)
                continue;
            LayerComparison[] layers = [.. high.Metrics.Where(metric => metric.Name == measure && metric.Part is not null)
                .Join(low.Metrics.Where(metric => metric.Name == measure), metric => metric.Part, metric => metric.Part,
                    (trained, other) => new LayerComparison(trained.Part!, other.Mean, trained.Mean))];
            if (layers.Length > 0)
                found.Add(new ModelWorth(file, $"{protocol.Key}, {measure}", layers));
        }
        return found;
    }

    /// <summary>What a probe has measured: by a linear classifier, and by nearest neighbours.</summary>
    internal static ModelWorth[] Of(NetworkWorth random, NetworkWorth trained, string file)
    {
        LayerComparison[] By(Func<LayerWorth, double> value) => [.. random.Layers.Zip(
            trained.Layers, (low, high) => new LayerComparison(high.Layer, value(low), value(high)))];
        return [new ModelWorth(file, "linear probe, top1", By(layer => layer.LinearTop1)),
            new ModelWorth(file, $"{LayerwiseProbe.NeighborCount} nearest neighbours, top1", By(layer => layer.NeighborsTop1))];
    }

    private static ModelWorth[] OfProbe(string json, string file)
    {
        try
        {
            return JsonSerializer.Deserialize<NetworkWorth[]>(json, s_json) is [var random, var trained, ..]
                && random.Layers is not null && trained.Layers is not null ? Of(random, trained, file) : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
