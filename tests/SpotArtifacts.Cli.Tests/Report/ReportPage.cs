using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SpotArtifacts.Cli.Tests.Report;

/// <summary>Reads what a report page says.</summary>
internal static class ReportPage
{
    /// <summary>The page's body as XML, which holds because its only void elements are images.</summary>
    internal static XElement Body(string html)
    {
        int from = html.IndexOf("<body>", StringComparison.Ordinal), to = html.IndexOf("</html>", StringComparison.Ordinal);
        return XElement.Parse(Regex.Replace(html[from..to], "<img ([^>]*)>", "<img $1/>"));
    }

    /// <summary>The bytes an image element carries, and their type.</summary>
    internal static (string Type, byte[] Bytes) Data(XElement image)
    {
        string[] parts = image.Attribute("src")!.Value.Split(':', ';', ',');
        Assert.Equal(("data", "base64"), (parts[0], parts[2]));
        return (parts[1], Convert.FromBase64String(parts[3]));
    }

    /// <summary>Cells of a table row by row, headings included.</summary>
    internal static string[][] Rows(XElement section) =>
        [.. section.Descendants("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];

    /// <summary>A chart's SVG.</summary>
    internal static XElement Svg(byte[] bytes) => XElement.Parse(Encoding.UTF8.GetString(bytes));
}
