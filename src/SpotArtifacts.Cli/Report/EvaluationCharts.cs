using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Report;

/// <summary>An evaluation as charts: for each protocol with several layers or sizes, its main number over them, a curve a network.</summary>
internal static class EvaluationCharts
{
    /// <summary>The charts; none where no protocol has a main number of several parts.</summary>
    internal static IReadOnlyList<CategoryChart> Of(EvaluationReport report)
    {
        // The encoder has layers of its own: they come behind those that the other networks share.
        string[] last = [.. report.Networks.Where(network => network.Kind == NetworkKind.Encoder).Select(network => network.Name)];
        return [.. report.Results.GroupBy(result => result.Protocol)
            .Select(results => Of([.. results.OrderBy(result => last.Contains(result.Network))])).Where(chart => chart.Categories.Count > 1)];
    }

    private static CategoryChart Of(ReportedResult[] results)
    {
        string name = results[0].Metrics.First(metric => metric.IsFraction).Name;
        string[] parts = [.. results.SelectMany(result => result.Metrics).Where(metric => metric.Name == name).Select(metric => metric.Part ?? "all").Distinct()];
        return new CategoryChart(results[0].Protocol, $"{name}, %", parts, [.. results.Select(result => Curve(result, name, parts))]);
    }

    private static CategoryCurve Curve(ReportedResult result, string name, string[] parts) =>
        new(result.Network, [.. parts.Select(part => result.Metrics.FirstOrDefault(m => m.Name == name && (m.Part ?? "all") == part) is { } metric
            ? (100 * metric.Mean, 100 * (metric.Deviation ?? 0)) : ((double, double)?)null)]);
}
