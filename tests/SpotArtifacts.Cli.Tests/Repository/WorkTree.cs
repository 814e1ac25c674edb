namespace SpotArtifacts.Cli.Tests.Repository;

/// <summary>The sources this test was built from.</summary>
internal static class WorkTree
{
    private static readonly string[] s_folders = ["bench", "docs", "eng", "recipes", "samples", "src", "tests"];

    /// <summary>Its top folder.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>A path below the top folder.</summary>
    internal static string At(string path) => Path.Combine(Root, path);

    /// <summary>
    /// Paths below the top folder of the files with one of these endings, which somebody wrote: nothing that was built.
    /// </summary>
    internal static IEnumerable<string> Files(params string[] endings) =>
        s_folders.Where(folder => Directory.Exists(At(folder)))
            .SelectMany(folder => Directory.GetFiles(At(folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Root)).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)) && !file.Split('/')
                .Any(part => part is "obj" or "bin" or "_site"))
            .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "SpotArtifacts.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"no SpotArtifacts.slnx above {AppContext.BaseDirectory}");
    }
}
