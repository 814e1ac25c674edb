using SpotArtifacts.Images;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Starting;

/// <summary>Where images for a run may come from: what lies in the folders of images, links included.</summary>
internal sealed class ImagePlaces(AllowedFolders allowed)
{
    private const int MostShown = 200, MostPackages = 50;

    // What a folder holds that is opened as a whole: shards, and files of packed pixels.
    private static readonly string[] s_packages = [".tar", ".tgz", ".gz", ".spotpix", ".bin"];

    /// <summary>The folders that were named when the studio was started.</summary>
    internal IReadOnlyList<string> Roots => allowed.ImageFolders;

    /// <summary>Folders and packages inside a folder, by name; empty where it may not be read.</summary>
    internal IReadOnlyList<string> Inside(string folder)
    {
        if (Find(folder) is not { } real || !Directory.Exists(real))
            return [];
        try
        {
            return [.. Directory.EnumerateDirectories(real).Where(path => !Path.GetFileName(path).StartsWith('.'))
                .Where(path => Find(path) is not null).Order(StringComparer.Ordinal).Take(MostShown),
                .. Directory.EnumerateFiles(real).Where(path => s_packages.Contains(Path.GetExtension(path)))
                .Where(path => Find(path) is not null).Order(StringComparer.Ordinal).Take(MostPackages)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The real path of a place that lies inside one of the folders of images; else null.</summary>
    internal string? Find(string? path) => Roots.Count > 0 && allowed.Find(path, Roots[0]) is { } real
        && Roots.Any(root => AllowedFolders.IsInside(real, root)) ? real : null;

    /// <summary>Opens what is there; the caller closes it.</summary>
    /// <exception cref="StudioException">It is outside, or something in it leads outside.</exception>
    /// <exception cref="ImageSetException">It holds no images, or cannot be read.</exception>
    internal ImageSet Open(string? path, CancellationToken stop)
    {
        string real = Find(path) ?? throw new StudioException(Roots.Count == 0
            ? "No folder of images was named: start the studio with --images FOLDER"
            : $"{path} is not there, or not inside the folders that the studio may read: {string.Join(", ", Roots)}");
        RequireNoWayOut(real, stop);
        ImageSet set = ImageSet.Open([real], new ImageSetOptions { Cancellation = stop });
        foreach (string file in set.Files)
        {
            stop.ThrowIfCancellationRequested();
            if (Find(Path.GetFullPath(file)) is null)
            {
                set.Dispose();
                throw Outside(file);
            }
        }
        return set;
    }

    // Before anything in it is opened: a folder or a file that is a link may lie anywhere.
    private void RequireNoWayOut(string folder, CancellationToken stop)
    {
        if (!Directory.Exists(folder))
            return;
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", all))
        {
            stop.ThrowIfCancellationRequested();
            if (entry.LinkTarget is not null && Find(entry.FullName) is null)
                throw Outside(entry.FullName);
        }
    }

    private static StudioException Outside(string file) => new(
        $"{file} leads out of the folders that the studio may read: remove it, or start the studio with --images for its place too");
}
