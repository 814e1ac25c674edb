namespace SpotArtifacts.Tests.Support;

/// <summary>
/// Large test data that is not in the repository: in the folder named by SPOT_SHARED, or in shared/ in a folder above.
/// </summary>
internal static class SharedFiles
{
    /// <summary>The path of a file or folder such as <c>data/x.tar</c>, or null where it is not at hand.</summary>
    public static string? Find(params string[] parts)
    {
        string? named = Environment.GetEnvironmentVariable("SPOT_SHARED");
        IEnumerable<string> roots = named is not null ? [named]
            : Above(AppContext.BaseDirectory).Select(folder => Path.Combine(folder, "shared"));
        return roots.Select(root => Path.Combine([root, .. parts])).FirstOrDefault(Path.Exists);
    }

    private static IEnumerable<string> Above(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
            yield return at.FullName;
    }
}
