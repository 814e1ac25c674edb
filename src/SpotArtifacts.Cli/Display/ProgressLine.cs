using System.Globalization;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Display;

/// <summary>A progress report as one line of text.</summary>
internal static class ProgressLine
{
    private const string Gap = "  ";

    /// <summary>
    /// The line, for example <c>spotting  1200/40000 (3%)  812 images/s  waiting 2%  repair 0.6931  1:02:03 left</c>.
    /// </summary>
    public static string Format(ProgressReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        List<string> parts =
        [
            report.Stage,
            Invariant($"{report.Step}/{report.Steps} ({Percent(report.Step, report.Steps)}%)"),
            Invariant($"{Rate(report.ImagesPerSecond)} images/s"),
            Invariant($"waiting {Math.Round(100 * report.WaitShare):F0}%"),
            .. report.Losses.Select(loss => Invariant($"{loss.Name} {loss.Value:G4}")),
        ];
        if (report.Remaining > TimeSpan.Zero)
            parts.Add(Duration(report.Remaining) + " left");
        return string.Join(Gap, parts);
    }

    /// <summary>The line, cut to a width with a mark where it was cut.</summary>
    public static string Fit(string line, int width)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.Length <= width || width < 1 ? line : string.Concat(line.AsSpan(0, width - 1), "…");
    }

    /// <summary>A duration as <c>4:05</c>, <c>1:02:03</c> or <c>2d 03:04:05</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 1 } => duration.ToString(@"d'd 'hh\:mm\:ss", CultureInfo.InvariantCulture),
        { TotalHours: >= 1 } => duration.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => duration.ToString(@"m\:ss", CultureInfo.InvariantCulture),
    };

    // Rounded down: 100 % means the end.
    private static long Percent(long step, long steps) => steps > 0 ? 100 * step / steps : 0;

    private static string Rate(double rate) => rate.ToString(rate < 100 ? "F1" : "F0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
