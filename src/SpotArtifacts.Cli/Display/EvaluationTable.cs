using Spectre.Console;
using SpotArtifacts.Cli.Report;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Display;

/// <summary>An evaluation as one table on the terminal, networks side by side.</summary>
internal static class EvaluationTable
{
    /// <summary>The table.</summary>
    internal static Table Of(EvaluationReport report)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(["protocol", "measure", "of", .. report.Networks.Select(network => Markup.Escape(network.Name))]);
        string? before = null;
        foreach (EvaluationRow row in EvaluationRow.Of(report))
        {
            if (before is not null && before != row.Protocol)
                table.AddEmptyRow();
            string[] cells = [row.Protocol == before ? "" : row.Protocol, row.Measure, row.Part, .. row.Cells];
            table.AddRow([.. cells.Select(Markup.Escape)]);
            before = row.Protocol;
        }
        return table;
    }
}
