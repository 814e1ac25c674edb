using System.IO.Enumeration;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// Names that are left out: folders that cameras, servers and archivers keep for themselves, dot folders, and what the user says.
/// </summary>
/// <param name="globs">
/// Patterns with <c>*</c> and <c>?</c>: one without a slash for the name of a file or folder anywhere, one with a slash for a whole
/// path below the folder or inside the archive, where <c>*</c> also stands for slashes.
/// </param>
internal sealed class ExcludedNames(IReadOnlyList<string> globs)
{
    private readonly HashSet<string> _used = [];

    /// <summary>Thumbnails and waste bins of Synology, QNAP and Windows, and what macOS adds to archives.</summary>
    internal static readonly string[] Always = ["@eaDir", "#recycle", "$RECYCLE.BIN", "__MACOSX"];

    /// <summary>Patterns that have left out nothing so far: a slip of the pen, most often.</summary>
    internal IEnumerable<string> Unused => globs.Where(glob => !_used.Contains(glob));

    /// <summary>Why an entry is left out by its own name; null where it is not.</summary>
    /// <param name="path">With '/' between parts; the folders above have been asked for before.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    internal string? Of(ReadOnlySpan<char> path, bool isFolder)
    {
        ReadOnlySpan<char> name = path[(path.LastIndexOf('/') + 1)..];
        if (isFolder && IsAlways(name))
            return name.ToString();
        return ByGlob(path, name, isFolder) ?? (isFolder || !name.StartsWith('.') ? null : "hidden");
    }

    /// <summary>The same for a path of which nothing has been asked for: each folder on it counts.</summary>
    internal string? OfWhole(string path)
    {
        for (int slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
            if (slash > 0 && Of(path.AsSpan(0, slash), isFolder: true) is { } folder)
                return folder;
        return Of(path, isFolder: false);
    }

    /// <summary>Why the user's patterns leave out a path that was named outright; null where they do not.</summary>
    internal string? OfNamed(string path) => ByGlob(path, Path.GetFileName(path.AsSpan()), isFolder: false);

    private string? ByGlob(ReadOnlySpan<char> path, ReadOnlySpan<char> name, bool isFolder)
    {
        foreach (string glob in globs)
            if (Matches(glob, path, name, isFolder))
            {
                _used.Add(glob);
                return $"by --exclude {glob}";
            }
        return null;
    }

    private static bool IsAlways(ReadOnlySpan<char> name)
    {
        if (name.StartsWith('.'))
            return name is not ("." or "..");
        foreach (string always in Always)
            if (name.Equals(always, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static bool Matches(string glob, ReadOnlySpan<char> path, ReadOnlySpan<char> name, bool isFolder)
    {
        ReadOnlySpan<char> pattern = glob.EndsWith('/') && isFolder ? glob.AsSpan(0, glob.Length - 1) : glob;
        bool ignoreCase = OperatingSystem.IsWindows();
        // The slash in front lets **/name stand for a name on the first level, too.
        return pattern.Contains('/')
            ? FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase)
                || FileSystemName.MatchesSimpleExpression(pattern, $"/{path}", ignoreCase)
            : FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase);
    }
}
