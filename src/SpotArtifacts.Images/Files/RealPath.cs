namespace SpotArtifacts.Images.Files;

/// <summary>Paths that mean the same from every working folder, whichever links lead to them.</summary>
internal sealed class RealPath
{
    private static readonly char[] s_separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    /// <summary>The path of a folder with every link on it followed.</summary>
    internal static string OfFolder(DirectoryInfo folder)
    {
        if (folder.Parent is null)
            return folder.FullName;
        DirectoryInfo real = (DirectoryInfo?)folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder;
        return real.Parent is null ? real.FullName : Path.Combine(OfFolder(real.Parent), real.Name);
    }

    /// <summary>
    /// Follows the links on the way to a file, but keeps the file's own name: a link beside its target is another file. What is
    /// not there keeps its name, too, as the place of an image inside an archive does.
    /// </summary>
    /// <param name="path">From the working folder, or from the root.</param>
    internal string OfFile(string path)
    {
        int end = path.LastIndexOfAny(s_separators);
        return Path.Join(end < 0 ? Folder(".") : Folder(path[..(end + 1)]), path[(end + 1)..]);
    }

    private string Folder(string path)
    {
        if (_folders.TryGetValue(path, out string? known))
            return known;
        int there = ExistingPart(path);
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(there == 0 ? "." : path[..there]));
        string real = OfFolder(new DirectoryInfo(folder));
        return _folders[path] = Path.Join(real, path[there..].TrimEnd(s_separators));
    }

    /// <summary>
    /// Length of the part of a path that is a folder. From the left: beyond the first name that is no folder, ".." leads nowhere.
    /// </summary>
    private static int ExistingPart(string path)
    {
        int there = 0;
        for (int at = path.IndexOfAny(s_separators); at >= 0; at = path.IndexOfAny(s_separators, at + 1))
        {
            if (!Directory.Exists(path[..(at + 1)]))
                break;
            there = at + 1;
        }
        return there;
    }
}
