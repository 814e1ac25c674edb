using System.Globalization;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Report;

/// <summary>One line of an evaluation's table. What is no fraction stands in the JSON alone.</summary>
/// <param name="Protocol">Its protocol.</param>
/// <param name="Measure">What is measured.</param>
/// <param name="Part">Of which layer, class or size; empty for the whole.</param>
/// <param name="Cells">One for each network, in percent, the spread over seeds or folds behind the mean; empty where there is no
/// number.</param>
internal sealed record EvaluationRow(string Protocol, string Measure, string Part, IReadOnlyList<string> Cells)
{
    /// <summary>
    /// Every line that some network has a number for, protocols and measures in the order in which they first appear.
    /// </summary>
    internal static IEnumerable<EvaluationRow> Of(EvaluationReport report) =>
        report.Results.SelectMany(result => result.Metrics.Where(metric => metric.IsFraction)
            .Select(metric => (result.Protocol, metric.Name, Part: metric.Part ?? ""))).Distinct()
            .GroupBy(row => (row.Protocol, row.Name)).SelectMany(rows => rows)
            .Select(row => new EvaluationRow(row.Protocol, row.Name, row.Part,
                [.. report.Networks.Select(network => Cell(report, row.Protocol, network.Name, row.Name, row.Part))]));

    /// <summary>
    /// What moved the numbers: networks, and for each protocol its settings (marked where they are not its own) and facts.
    /// </summary>
    internal static IEnumerable<string> Notes(EvaluationReport report)
    {
        foreach (ReportedNetwork network in report.Networks)
            yield return $"{network.Name}: {network.Source}{(network.Averaged ? ", moving averages" : "")}";
        foreach (ReportedResult result in report.Results.DistinctBy(result => result.Protocol))
        {
            yield return "";
            if (result.Changed.Count > 0)
                yield return $"{result.Protocol} with other settings than its own: "
                    + $"{string.Join(", ", result.Changed.Select(name => $"{name}={result.Settings[name]}"))}";
            yield return $"{result.Protocol}: "
                + $"{string.Join(", ", result.Settings.Select(setting => $"{setting.Key} {setting.Value}"))}";
            foreach ((string name, string value) in result.Facts)
                yield return $"  {name}: {value}";
        }
        yield return "";
        yield return $"training images: {string.Join(", ", report.Train)}; test images: {string.Join(", ", report.Test)}";
        yield return $"resizer: {report.Resizer}; SpotArtifacts {report.Version}, libtorch {report.Libtorch}";
    }

    private static string Cell(EvaluationReport report, string protocol, string network, string name, string part)
    {
        ReportedMetric? metric = report.Results.FirstOrDefault(result => result.Protocol == protocol
            && result.Network == network)?
            .Metrics.FirstOrDefault(metric => metric.Name == name && (metric.Part ?? "") == part);
        if (metric is null)
            return "";
        return metric.Deviation is { } deviation ? $"{Percent(metric.Mean)} ±{Percent(deviation)}" : Percent(metric.Mean);
    }

    private static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);
}
