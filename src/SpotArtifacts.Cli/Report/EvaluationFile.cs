using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Report;

/// <summary>An evaluation in a file, whose name says what kind: <c>.json</c> with everything, <c>.md</c> tables, <c>.png</c> charts.</summary>
internal static class EvaluationFile
{
    /// <summary>Checks a name before the work, not after an hour of it.</summary>
    /// <exception cref="SpotException">Its ending is not known, or its folder does not exist.</exception>
    internal static void RequireUsable(string path)
    {
        if (Path.GetExtension(path) is not (".json" or ".md" or ".png")) throw new SpotException($"--out {path}: must end in .json, .md or .png");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))) throw new SpotException($"--out {path}: its folder does not exist; make it first");
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="SpotException">It cannot be written.</exception>
    internal static void Write(string path, EvaluationReport report)
    {
        try
        {
            if (path.EndsWith(".png", StringComparison.Ordinal)) WriteCharts(path, report);
            else AtomicFile.WriteText(path, path.EndsWith(".md", StringComparison.Ordinal) ? EvaluationMarkdown.Of(report) : report.ToJson() + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SpotException($"--out {path}: cannot be written: {failure.Message}", failure);
        }
    }

    private static void WriteCharts(string path, EvaluationReport report)
    {
        IReadOnlyList<CategoryChart> charts = EvaluationCharts.Of(report);
        if (charts.Count == 0) throw new SpotException($"--out {path}: nothing to draw: no protocol measured several layers or numbers of labels");
        PngFile.Write(path, CategoryChartPng.Render(charts));
    }
}
