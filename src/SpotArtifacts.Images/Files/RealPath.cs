namespace SpotArtifacts.Images.Files;

/// <summary>Paths that mean the same from every working folder, whichever links lead to them.</summary>
internal sealed class RealPath
{
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
        int end = path.LastIndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
        string folder = end < 0 ? "." : end == 0 ? path[..1] : path[..end];
        return Path.Join(Folder(folder), path[(end + 1)..]);
    }

    private string Folder(string path)
    {
        if (_folders.TryGetValue(path, out string? known))
            return known;
        return _folders[path] = Directory.Exists(path) ? OfFolder(new DirectoryInfo(Path.GetFullPath(path))) : OfFile(path);
    }
}
