using Spectre.Console;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Scanning;

namespace SpotArtifacts.Cli.Display;

/// <summary>
/// A scan's report for people: one table of figures, then what was found, each list cut short with its length said.
/// </summary>
internal static class ScanTables
{
    private const int Shown = 10;

    internal static void Write(IAnsiConsole console, ImageScanReport report)
    {
        Table table = new() { Border = TableBorder.Simple, ShowHeaders = false };
        table.AddColumns("", "");
        foreach ((string what, string value) in ScanFigures.Of(report))
            table.AddRow(Markup.Escape(what), Markup.Escape(value));
        console.Write(table);
        List(console, "damaged", report.Damaged.Select(Describe));
        List(console, "tiny", report.Tiny.Select(Describe));
        List(console, "exact duplicates", report.ExactDuplicates.Select(group => string.Join(" = ", group)));
        List(console, "near duplicates", report.NearDuplicates.Select(group => string.Join(" ~ ", group)));
    }

    private static void List(IAnsiConsole console, string title, IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        if (all.Length == 0)
            return;
        console.WriteLine($"{title}:");
        foreach (string line in all.Take(Shown))
            console.Profile.Out.Writer.WriteLine($"  {line}");
        if (all.Length > Shown)
            console.WriteLine($"  ... and {all.Length - Shown} more (--json prints all)");
    }

    private static string Describe(SkippedImage image) => $"{image.Name}: {image.Reason}";
}
