using System.Globalization;
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
        void Row(string what, string value) => table.AddRow(Markup.Escape(what), Markup.Escape(value));
        Row("images", Number(report.Images));
        Row("labelled", report.Labelled == 0 ? "none" : $"{Number(report.Labelled)}, {report.Classes} classes");
        if (report.Widths is { } widths)
            Row("width", Range(widths));
        if (report.Heights is { } heights)
            Row("height", Range(heights));
        foreach ((string stored, int count) in report.Stored)
            Row(stored, Number(count));
        if (report.Ignored.Count > 0)
            Row("files ignored", Number(report.Ignored.Values.Sum()));
        Row("damaged", Number(report.Damaged.Count));
        Row("tiny", Number(report.Tiny.Count));
        Row("exact duplicates", Groups(report.ExactDuplicates));
        Row("near duplicates", Groups(report.NearDuplicates));
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

    private static string Groups(IReadOnlyList<IReadOnlyList<string>> groups) =>
        groups.Count == 0 ? "none" : $"{Number(groups.Sum(group => group.Count))} images in {Number(groups.Count)} groups";

    private static string Range(LengthRange range) => range.Min == range.Max ? Number(range.Min)
        : $"{Number(range.Min)} to {Number(range.Max)}, median {Number(range.Median)}";

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
