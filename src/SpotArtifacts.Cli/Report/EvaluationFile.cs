using SpotArtifacts.Images.Files;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Report;

/// <summary>
/// An evaluation in a file, whose name says what kind: <c>.json </c> with everything, <c>.md </c> tables, <c>.svg </c> charts.
/// </summary>
internal static class EvaluationFile
{
    /// <summary>Checks a name before the work, not after an hour of it.</summary>
    /// <exception cref="SpotException">Its ending is not known, it exists already, or it cannot be written.</exception>
    internal static void RequireUsable(string path)
    {
        if (Path.GetExtension(path) is not (".json" or ".md" or ".svg"))
            throw new SpotException($"--out {path}: must end in .json, .md or .svg");
        OutputFile.RequireNew(path);
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="SpotException">It cannot be written.</exception>
    internal static void Write(string path, EvaluationReport report) => AtomicFile.WriteText(path, Text(path, report));

    private static string Text(string path, EvaluationReport report) => Path.GetExtension(path) switch
    {
        ".md" => EvaluationMarkdown.Of(report),
        ".svg" => EvaluationCharts.ToSvg(report)
            ?? throw new SpotException(
                $"--out {path}: nothing to draw: no protocol measured several layers or numbers of labels"),
        _ => report.ToJson() + "\n",
    };
}
