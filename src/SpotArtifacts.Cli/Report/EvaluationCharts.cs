using OxyPlot;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Report;

/// <summary>
/// An evaluation as charts: for each protocol with several layers or sizes, its main number over them, a curve a network.
/// </summary>
internal static class EvaluationCharts
{
    /// <summary>The charts below each other as SVG; null where no protocol has a main number of several parts.</summary>
    internal static string? ToSvg(EvaluationReport report)
    {
        // The encoder has layers of its own: they come behind those that the other networks share.
        string[] last = [.. report.Networks.Where(network => network.Kind == NetworkKind.Encoder)
            .Select(network => network.Name)];
        PlotModel[] charts = [.. report.Results.GroupBy(result => result.Protocol)
            .Select(results => Of([.. results.OrderBy(result => last.Contains(result.Network))])).OfType<PlotModel>()];
        return charts.Length == 0 ? null : Chart.ToSvg(charts, 860, 380);
    }

    private static PlotModel? Of(ReportedResult[] results)
    {
        string name = results[0].Metrics.First(metric => metric.IsFraction).Name;
        string[] parts = [.. results.SelectMany(result => result.Metrics).Where(metric => metric.Name == name)
            .Select(metric => metric.Part ?? "all").Distinct()];
        return parts.Length < 2 ? null : Chart.Places(results[0].Protocol, $"{name}, %", parts,
            [.. results.Select(result => (result.Network, Points(result, name, parts)))]);
    }

    private static IReadOnlyList<(double Value, double Spread)?> Points(ReportedResult result, string name, string[] parts) =>
        [.. parts.Select(part => result.Metrics.FirstOrDefault(m => m.Name == name && (m.Part ?? "all") == part) is { } metric
            ? (100 * metric.Mean, 100 * (metric.Deviation ?? 0)) : ((double, double)?)null)];
}
