using System.Text;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Report;

/// <summary>An evaluation as Markdown: a table for each protocol, networks side by side, and what moved the numbers.</summary>
internal static class EvaluationMarkdown
{
    /// <summary>The text.</summary>
    internal static string Of(EvaluationReport report)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, EvaluationRow> rows in EvaluationRow.Of(report).GroupBy(row => row.Protocol))
        {
            text.Append(
                $"## {rows.Key}\n\n| measure | of | {string.Join(" | ", report.Networks.Select(network => network.Name))} |\n");
            text.Append($"| --- | --- |{string.Concat(report.Networks.Select(_ => " --- |"))}\n");
            foreach (EvaluationRow row in rows)
                text.Append($"| {row.Measure} | {row.Part} | {string.Join(" | ", row.Cells)} |\n");
            text.Append('\n');
        }
        foreach (string line in EvaluationRow.Notes(report).Where(line => line.Length > 0))
            text.Append(line.StartsWith(' ') ? $"  - {line.Trim()}\n" : $"- {line}\n");
        return text.ToString();
    }
}
