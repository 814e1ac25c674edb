namespace SpotArtifacts.Images.Sources;

/// <summary>Where the links of an archive lead. Takes a name for every entry, so it is made when the first link is met.</summary>
internal sealed class TarLinks
{
    private const int MostSteps = 40; // as Linux follows
    private readonly Dictionary<(int Archive, string Name), TarEntry> _entries = [];

    /// <summary>Reads the archive once more; of entries with the same name the last counts, as it does in unpacking.</summary>
    internal TarLinks(TarReader tar, CancellationToken stop)
    {
        foreach (TarEntry entry in tar.Entries())
        {
            stop.ThrowIfCancellationRequested();
            if (entry.Kind is TarEntryKind.File or TarEntryKind.HardLink or TarEntryKind.SymbolicLink)
                _entries[(entry.Archive, Plain(entry.Name))] = entry;
        }
    }

    /// <summary>The file that a link leads to; null where it leads out of the archive, or in a circle.</summary>
    internal TarEntry? Find(TarEntry link)
    {
        for (int steps = 0; steps < MostSteps; steps++)
        {
            // A hard link names a member, a symbolic one a path from its own folder.
            string target = link.Kind == TarEntryKind.HardLink || link.Link.StartsWith('/') ? link.Link
                : $"{link.Name[..(link.Name.LastIndexOf('/') + 1)]}{link.Link}";
            if (!_entries.TryGetValue((link.Archive, Plain(target)), out link))
                return null;
            if (link.Kind == TarEntryKind.File)
                return link;
        }
        return null;
    }

    /// <summary>A name without "." and "..".</summary>
    private static string Plain(string name)
    {
        if (!name.StartsWith('/') && !name.Contains("./", StringComparison.Ordinal)
            && !name.Contains("//", StringComparison.Ordinal))
            return name;
        List<string> parts = [];
        foreach (string part in name.Split('/'))
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "."))
                parts.Add(part);
        return string.Join('/', parts);
    }
}
