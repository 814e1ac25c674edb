using System.Globalization;
using Spectre.Console;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Display;

/// <summary>An evaluation as one table, networks side by side, and below it what moved the numbers.</summary>
internal static class EvaluationTable
{
    /// <summary>The table: fractions in percent, the spread over seeds or folds behind the mean. What is no fraction stands in the JSON alone.</summary>
    internal static Table Of(EvaluationReport report)
    {
        string[] networks = [.. report.Networks.Select(network => network.Name)];
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(["protocol", "measure", "of", .. networks.Select(Markup.Escape)]);
        string? before = null;
        foreach ((string protocol, string name, string part) in Rows(report))
        {
            if (before is not null && before != protocol) table.AddEmptyRow();
            string[] cells = [.. networks.Select(network => Cell(report, protocol, network, name, part))];
            string[] row = [protocol == before ? "" : protocol, name, part, .. cells];
            table.AddRow([.. row.Select(Markup.Escape)]);
            before = protocol;
        }
        return table;
    }

    /// <summary>For each protocol its settings and facts; those set over the protocol's own defaults are marked.</summary>
    internal static IEnumerable<string> Notes(EvaluationReport report)
    {
        foreach (ReportedNetwork network in report.Networks)
            yield return $"{network.Name}: {network.Source}{(network.Averaged ? ", moving averages" : "")}";
        foreach (ReportedResult result in report.Results.DistinctBy(result => result.Protocol))
        {
            yield return "";
            if (result.Changed.Count > 0)
                yield return $"{result.Protocol} with other settings than its own: {string.Join(", ", result.Changed.Select(name => $"{name}={result.Settings[name]}"))}";
            yield return $"{result.Protocol}: {string.Join(", ", result.Settings.Select(setting => $"{setting.Key} {setting.Value}"))}";
            foreach ((string name, string value) in result.Facts) yield return $"  {name}: {value}";
        }
        yield return "";
        yield return $"resizer: {report.Resizer}; SpotArtifacts {report.Version}, libtorch {report.Libtorch}";
    }

    // Every row that some network has, in the order in which they first appear.
    private static IEnumerable<(string Protocol, string Name, string Part)> Rows(EvaluationReport report) =>
        report.Results.SelectMany(result => result.Metrics.Where(metric => metric.IsFraction).Select(metric => (result.Protocol, metric.Name, metric.Part ?? ""))).Distinct()
            .GroupBy(row => (row.Protocol, row.Name)).SelectMany(rows => rows);

    private static string Cell(EvaluationReport report, string protocol, string network, string name, string part)
    {
        ReportedMetric? metric = report.Results.FirstOrDefault(result => result.Protocol == protocol && result.Network == network)?
            .Metrics.FirstOrDefault(metric => metric.Name == name && (metric.Part ?? "") == part);
        if (metric is null) return "";
        return metric.Deviation is { } deviation ? $"{Percent(metric.Mean)} ±{Percent(deviation)}" : Percent(metric.Mean);
    }

    private static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);
}
