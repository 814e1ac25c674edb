using System.Globalization;
using System.Text;

namespace SpotArtifacts.Cli.Report;

/// <summary>
/// A table: a name and one cell per column in each row, optionally with the best number of each row or column set in bold.
/// </summary>
internal sealed class ReportTable
{
    private readonly string _corner;
    private readonly IReadOnlyList<ReportColumn> _columns;
    private readonly List<(string Name, ReportCell[] Cells)> _rows = [];

    /// <summary>An empty table.</summary>
    /// <param name="corner">Heading of the row names, such as "layer"; may be empty.</param>
    /// <param name="columns">The columns, at least one.</param>
    /// <exception cref="ArgumentException">There is no column.</exception>
    public ReportTable(string corner, params IReadOnlyList<ReportColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(corner);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
            throw new ArgumentException("a table needs a column", nameof(columns));
        _corner = corner;
        _columns = columns;
    }

    /// <summary>Which numbers compete for bold.</summary>
    public BestCell Best { get; init; } = BestCell.None;

    /// <summary>Whether the smallest number is the best one.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>Adds a row.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cells">One cell per column.</param>
    /// <exception cref="ArgumentException">There are more or fewer cells than columns.</exception>
    public ReportTable AddRow(string name, params ReadOnlySpan<ReportCell> cells)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (cells.Length != _columns.Count)
            throw new ArgumentException($"row '{name}' has {cells.Length} cells, the table {_columns.Count} columns",
                nameof(cells));
        _rows.Add((name, cells.ToArray()));
        return this;
    }

    internal string ToHtml()
    {
        var html =
            new StringBuilder($"<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">{HtmlText.Escape(_corner)}</th>");
        foreach (var column in _columns)
            html.Append($"<th scope=\"col\">{HtmlText.Escape(column.Name)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int row = 0; row < _rows.Count; row++)
        {
            html.Append($"<tr><th scope=\"row\">{HtmlText.Escape(_rows[row].Name)}</th>");
            for (int column = 0; column < _columns.Count; column++)
            {
                string text = HtmlText.Escape(_rows[row].Cells[column].Text);
                html.Append(IsBest(row, column) ? $"<td class=\"best\"><strong>{text}</strong></td>" : $"<td>{text}</td>");
            }

            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table></div>\n").ToString();
    }

    private bool IsBest(int row, int column)
    {
        if (Best == BestCell.None || Score(row, column) is not { } own)
            return false;
        var rivals = Best switch
        {
            BestCell.PerRow => Enumerable.Range(0, _columns.Count).Select(other => Score(row, other)),
            BestCell.PerColumn => Enumerable.Range(0, _rows.Count).Select(other => Score(other, column)),
            _ => Enumerable.Range(0, _rows.Count * _columns.Count).Select(i => Score(i / _columns.Count, i % _columns.Count)),
        };
        return !rivals.Any(rival => rival > own); // equal numbers are all best; cells without a number do not compete
    }

    private double? Score(int row, int column)
    {
        double? value = _rows[row].Cells[column].Value;
        return !_columns[column].Competes || value is null || double.IsNaN(value.Value) ? null : LowerIsBetter ? -value : value;
    }
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Competes">False keeps its numbers out of the choice of the best: a column of differences, say.</param>
internal sealed record ReportColumn(string Name, bool Competes = true)
{
    /// <summary>A competing column of this name.</summary>
    public static implicit operator ReportColumn(string name) => FromString(name);

    /// <summary>A competing column of this name.</summary>
    public static ReportColumn FromString(string name) => new(name);
}

/// <summary>A cell of a table.</summary>
/// <param name="Text">What is printed.</param>
/// <param name="Value">The number behind it, for the choice of the best; null or NaN does not compete.</param>
internal readonly record struct ReportCell(string Text, double? Value = null)
{
    /// <summary>A number printed by a format string in the invariant culture; NaN prints as a dash.</summary>
    /// <param name="value">The number.</param>
    /// <param name="format">A .NET numeric format, such as <c>0.0</c>, <c>P1</c> or <c>+0.0;-0.0</c>.</param>
    public static ReportCell Number(double value, string format = "0.0") =>
        new(double.IsNaN(value) ? "\u2013" : value.ToString(format, CultureInfo.InvariantCulture), value);
}

/// <summary>Among which cells the best is sought.</summary>
internal enum BestCell
{
    /// <summary>Nothing is set in bold.</summary>
    None,

    /// <summary>The best of each row.</summary>
    PerRow,

    /// <summary>The best of each column.</summary>
    PerColumn,

    /// <summary>The best of the table.</summary>
    Overall,
}
