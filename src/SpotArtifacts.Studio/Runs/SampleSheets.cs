using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Runs;

/// <summary>A sample sheet.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Url">Where the picture is served.</param>
internal sealed record SampleSheet(string Stage, long Step, string Url);

/// <summary>The sample sheets of runs.</summary>
internal static class SampleSheets
{
    /// <summary>Where pictures below the runs folder are served.</summary>
    internal const string Route = "sheets";

    /// <summary>All sheets of a run, in the order they were written.</summary>
    internal static IReadOnlyList<SampleSheet> Of(RunSummary run, AllowedFolders allowed)
    {
        if (allowed.FindFolder("samples", run.Path) is not { } folder)
            return [];
        return [.. new DirectoryInfo(folder).EnumerateFiles("*-*.png")
            .Select(file => (Parts: Path.GetFileNameWithoutExtension(file.Name).Split('-', 2), file.Name, file.LastWriteTimeUtc))
            .Where(file => file.Parts.Length == 2 && long.TryParse(file.Parts[1], out _))
            .Select(file => (file.LastWriteTimeUtc, Sheet: new SampleSheet(file.Parts[0], long.Parse(file.Parts[1]),
                $"{Route}/{UrlOf(run.Name)}/samples/{Uri.EscapeDataString(file.Name)}")))
            .OrderBy(file => file.Sheet.Stage == Pretraining.AutoencodingStage.Name ? 0 : 1).ThenBy(file => file.Sheet.Step)
            .Select(file => file.Sheet)];
    }

    /// <summary>A run's name in a path of an address.</summary>
    internal static string UrlOf(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
}
