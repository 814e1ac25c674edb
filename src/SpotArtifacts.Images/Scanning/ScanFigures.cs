using System.Globalization;

namespace SpotArtifacts.Images.Scanning;

/// <summary>The figures of a scan in words, the same wherever a report is shown.</summary>
internal static class ScanFigures
{
    /// <summary>What was counted, and how many.</summary>
    internal static IEnumerable<(string What, string Value)> Of(ImageScanReport report)
    {
        yield return ("images", Number(report.Images));
        yield return ("labelled", report.Labelled == 0 ? "none" : $"{Number(report.Labelled)}, {report.Classes} classes");
        if (report.Widths is { } widths)
            yield return ("width", Range(widths));
        if (report.Heights is { } heights)
            yield return ("height", Range(heights));
        foreach ((string stored, int count) in report.Stored)
            yield return (stored, Number(count));
        if (report.Ignored.Count > 0)
            yield return ("files ignored", Number(report.Ignored.Values.Sum()));
        yield return ("damaged", Number(report.Damaged.Count));
        yield return ("tiny", Number(report.Tiny.Count));
        yield return ("exact duplicates", Groups(report.ExactDuplicates));
        yield return ("near duplicates", Groups(report.NearDuplicates));
    }

    private static string Groups(IReadOnlyList<IReadOnlyList<string>> groups) =>
        groups.Count == 0 ? "none" : $"{Number(groups.Sum(group => group.Count))} images in {Number(groups.Count)} groups";

    private static string Range(LengthRange range) => range.Min == range.Max ? Number(range.Min)
        : $"{Number(range.Min)} to {Number(range.Max)}, median {Number(range.Median)}";

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
