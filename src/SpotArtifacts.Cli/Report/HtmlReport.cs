using System.Text;
using OxyPlot;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Cli.Report;

/// <summary>
/// Builds one self-contained HTML page: no scripts, no fonts, no requests, so it can be mailed, archived and printed. The same
/// inputs give the same bytes; time and versions appear only if the caller adds them. Every text is escaped.
/// </summary>
/// <remarks>Order on the page: title, summary, key figures, the sections in the order they were added, how it was made.</remarks>
internal sealed class HtmlReport
{
    private const int ChartWidth = 812, ChartHeight = 320;
    private readonly string _title;
    private readonly List<string> _summary = [];
    private readonly List<(string What, string Value, string Note)> _figures = [];
    private readonly List<(string Term, string Value)> _recipe = [];
    private readonly List<(string Heading, string Body)> _sections = [];

    /// <summary>An empty report.</summary>
    /// <param name="title">Page title and heading; not blank.</param>
    /// <exception cref="ArgumentException">The title is blank.</exception>
    public HtmlReport(string title)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        _title = title;
    }

    /// <summary>Adds a paragraph under the title.</summary>
    public HtmlReport AddSummary(string paragraph)
    {
        ArgumentNullException.ThrowIfNull(paragraph);
        _summary.Add(paragraph);
        return this;
    }

    /// <summary>Adds one large number above the sections.</summary>
    /// <param name="label">What the number is.</param>
    /// <param name="value">The number as printed, with its unit.</param>
    /// <param name="note">One line below it, such as what it is compared with; may be empty.</param>
    public HtmlReport AddKeyFigure(string label, string value, string note = "")
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(note);
        _figures.Add((HtmlText.Plain(label), HtmlText.Plain(value), HtmlText.Plain(note)));
        return this;
    }

    /// <summary>Adds a section of pictures, side by side where there is room.</summary>
    /// <param name="heading">The section's heading.</param>
    /// <param name="intro">A paragraph above the pictures; may be empty.</param>
    /// <param name="images">The pictures, each with its caption.</param>
    public HtmlReport AddImages(string heading, string intro, params IReadOnlyList<ReportImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return AddSection(heading, $"<div class=\"images\">{string.Concat(images.Select(one => one.ToHtml()))}</div>\n", intro);
    }

    /// <summary>Adds a section with a chart.</summary>
    /// <param name="heading">The section's heading.</param>
    /// <param name="chart">The chart.</param>
    /// <param name="intro">A paragraph above the chart; may be empty.</param>
    public HtmlReport AddChart(string heading, PlotModel chart, string intro = "")
    {
        ArgumentNullException.ThrowIfNull(heading);
        ArgumentNullException.ThrowIfNull(chart);
        // As a picture the chart keeps its own names and fonts: inline, the clip paths of two charts would mix.
        string data = Convert.ToBase64String(Encoding.UTF8.GetBytes(Chart.ToSvg([chart], ChartWidth, ChartHeight)));
        string what = $"{heading}: {string.Join(", ", chart.Series.Select(series => series.Title).OfType<string>())}";
        string html =
            $"<figure class=\"chart\"><img src=\"data:image/svg+xml;base64,{data}\" width=\"{ChartWidth}\" "
                + $"height=\"{ChartHeight}\" "
            + $"alt=\"{HtmlText.Escape(what)}\"></figure>\n";
        return AddSection(heading, html, intro);
    }

    /// <summary>Adds a section with a table, as <see cref="NumberTable"/> draws it.</summary>
    /// <param name="heading">The section's heading.</param>
    /// <param name="corner">What the rows are.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="rows">Names of the rows and their numbers, NaN where there is none.</param>
    /// <param name="competing">How many of the columns, from the first, compete for being the best of their row.</param>
    /// <param name="intro">A paragraph above the table; may be empty.</param>
    public HtmlReport AddTable(string heading, string corner, IReadOnlyList<string> columns,
        IReadOnlyList<(string Name, IReadOnlyList<double> Values)> rows, int competing = 0, string intro = "")
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        return AddSection(heading, StaticMarkup.Of<NumberTable>(new()
        {
            [nameof(NumberTable.Title)] = HtmlText.Plain(heading),
            [nameof(NumberTable.Corner)] = HtmlText.Plain(corner),
            [nameof(NumberTable.Columns)] = columns.Select(HtmlText.Plain).ToArray(),
            [nameof(NumberTable.Rows)] = rows.Select(row => (HtmlText.Plain(row.Name), row.Values)).ToArray(),
            [nameof(NumberTable.Competing)] = competing,
        }), intro);
    }

    /// <summary>Adds a line to "How it was made": a recipe value, a version, a device.</summary>
    public HtmlReport AddRecipe(string term, string value)
    {
        ArgumentNullException.ThrowIfNull(term);
        ArgumentNullException.ThrowIfNull(value);
        _recipe.Add((term, value));
        return this;
    }

    /// <summary>The page.</summary>
    public string ToHtml()
    {
        var page = new StringBuilder();
        string title = HtmlText.Escape(_title);
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
                    + "data:\">\n")
            .Append($"<title>{title}</title>\n<style>\n{ReportStyle.Css}</style>\n</head>\n<body>\n<main>\n");
        page.Append($"<header>\n<h1>{title}</h1>\n");
        foreach (string paragraph in _summary)
            page.Append(HtmlText.Element("p", paragraph));
        page.Append("</header>\n").Append(_figures.Count == 0 ? ""
            : StaticMarkup.Of<FigureList>(new() { [nameof(FigureList.Figures)] = _figures }));
        foreach (var (heading, body) in _sections)
            page.Append($"<section>\n<h2>{heading}</h2>\n{body}</section>\n");
        return page.Append(Recipe()).Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>Writes the page (UTF-8) to a sibling temporary file, then renames it: readers never see half a report.</summary>
    /// <param name="path">Target file in an existing folder; replaced if it exists.</param>
    /// <exception cref="OutputException">The folder is missing or the file cannot be written; an existing report is left as it
    /// was.</exception>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.WriteText(path, ToHtml());
    }

    private HtmlReport AddSection(string heading, string body, string intro)
    {
        ArgumentNullException.ThrowIfNull(heading);
        ArgumentNullException.ThrowIfNull(intro);
        _sections.Add((HtmlText.Escape(heading), (intro.Length == 0 ? "" : HtmlText.Element("p", intro)) + body));
        return this;
    }

    private string Recipe()
    {
        if (_recipe.Count == 0)
            return "";
        var list = new StringBuilder("<section>\n<h2>How it was made</h2>\n<dl class=\"recipe\">\n");
        foreach (var (term, value) in _recipe)
            list.Append($"<dt>{HtmlText.Escape(term)}</dt><dd>{HtmlText.Escape(value)}</dd>\n");
        return list.Append("</dl>\n</section>\n").ToString();
    }
}
