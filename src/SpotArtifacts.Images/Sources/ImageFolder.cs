namespace SpotArtifacts.Images.Sources;

/// <summary>Finds the images below a folder.</summary>
internal static class ImageFolder
{
    /// <summary>A folder that holds this file is a run's output, not data.</summary>
    internal const string RunMarker = "recipe.resolved.yaml";

    /// <summary>Relative paths with '/' between parts: per folder first its files, then its sub-folders, each ordinal.</summary>
    /// <remarks>Hidden entries are ignored; a folder reached twice, by links or loops of links, is read once.</remarks>
    internal static List<string> List(string root)
    {
        List<string> found = [];
        Visit(new DirectoryInfo(root), "", [], found);
        return found;
    }

    /// <summary>Whether there is at least one; stops at the first.</summary>
    internal static bool HoldsImage(string root) => Directory.EnumerateFiles(root, "*", new EnumerationOptions
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 8,
        AttributesToSkip = FileAttributes.ReparsePoint,
    }).Any(ImageFileName.IsImage);

    /// <summary>The first-level folder of each path, or null unless every path has one.</summary>
    internal static string[]? Classes(IReadOnlyList<string> relativePaths)
    {
        string[] classes = new string[relativePaths.Count];
        for (int i = 0; i < classes.Length; i++)
        {
            int slash = relativePaths[i].IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
                return null;
            classes[i] = relativePaths[i][..slash];
        }
        return classes;
    }

    private static void Visit(DirectoryInfo folder, string prefix, HashSet<string> visited, List<string> found)
    {
        if (!visited.Add(RealPath(folder)) || File.Exists(Path.Combine(folder.FullName, RunMarker)))
            return;
        IEnumerable<string> files = folder.EnumerateFiles().Select(file => file.Name).Where(ImageFileName.IsImage);
        foreach (string name in files.Order(StringComparer.Ordinal))
            found.Add(prefix + name);
        foreach (DirectoryInfo child in folder.EnumerateDirectories().OrderBy(child => child.Name, StringComparer.Ordinal))
            if (!child.Name.StartsWith('.'))
                Visit(child, $"{prefix}{child.Name}/", visited, found);
    }

    /// <summary>The path with every link on it followed.</summary>
    private static string RealPath(DirectoryInfo folder)
    {
        if (folder.Parent is null)
            return folder.FullName;
        DirectoryInfo real = (DirectoryInfo?)folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder;
        return real.Parent is null ? real.FullName : Path.Combine(RealPath(real.Parent), real.Name);
    }
}
