using System.Text;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// Finds the images below a folder: a file with an image's extension is one, and so is every other one whose content says so.
/// </summary>
internal sealed class ImageFolder
{
    /// <summary>A folder that holds this file is a run's output, not data.</summary>
    internal const string RunMarker = "recipe.resolved.yaml";

    // PATH_MAX: beyond it some calls say that nothing is there.
    private static readonly int s_longestPath = OperatingSystem.IsMacOS() ? 1024 : OperatingSystem.IsWindows() ? 32_767 : 4096;

    private readonly SourceOptions _options;
    private readonly LeftOut _leftOut;
    private readonly HashSet<string> _visited = [];

    private readonly bool _besideShards;

    private ImageFolder(SourceOptions options, LeftOut leftOut, bool besideShards) =>
        (_options, _leftOut, _besideShards) = (options, leftOut, besideShards);

    /// <summary>Relative paths with '/' between parts: per folder first its files, then its sub-folders, each ordinal.</summary>
    /// <remarks>
    /// A folder reached twice, by links or loops of links, is read once. A sub-folder that cannot be read is left out and named.
    /// </remarks>
    /// <param name="root">The folder.</param>
    /// <param name="options">What is left out by name.</param>
    /// <param name="leftOut">Told what is no image, or cannot be read.</param>
    /// <param name="besideShards">Whether the folder's own shards are read, and count neither as images nor as left out.</param>
    /// <exception cref="IOException">The folder itself cannot be read.</exception>
    internal static IEnumerable<string> List(string root, SourceOptions options, LeftOut leftOut, bool besideShards = false)
    {
        DirectoryInfo folder = new(root);
        ImageFolder listing = new(options, leftOut, besideShards);
        return listing.Visit(folder, listing.Read(folder, ""), "");
    }

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

    private IEnumerable<string> Visit(DirectoryInfo folder, (string[] Images, string[] Folders) content, string prefix)
    {
        foreach (string name in content.Images)
            yield return prefix + name;
        foreach (string name in content.Folders)
        {
            string path = prefix + name;
            // Not the one that was enumerated: beyond the system's limit that has no path at all.
            DirectoryInfo child = new(Path.Combine(folder.FullName, name));
            if (_options.Excluded.Of(path, isFolder: true) is { } why)
                _leftOut.AddFolder(why);
            else if (TryRead(child, path) is { } below)
                foreach (string image in Visit(child, below, path + "/"))
                    yield return image;
        }
    }

    private (string[], string[])? TryRead(DirectoryInfo folder, string path)
    {
        try
        {
            return Read(folder, path + "/");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _leftOut.AddUnreadable(path, Reason(folder.FullName, failure));
            return null;
        }
    }

    private (string[] Images, string[] Folders) Read(DirectoryInfo folder, string prefix)
    {
        if (!_visited.Add(RealPath.OfFolder(folder)))
            return ([], []);
        if (File.Exists(Path.Combine(folder.FullName, RunMarker)))
        {
            _leftOut.AddFolder("output of a run");
            return ([], []);
        }
        List<string> images = [], folders = [];
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            _options.Stop.ThrowIfCancellationRequested();
            if (entry is DirectoryInfo)
                folders.Add(entry.Name);
            else if (IsImage(folder.FullName, prefix, entry.Name))
                images.Add(entry.Name);
        }
        return ([.. images.Order(StringComparer.Ordinal)], [.. folders.Order(StringComparer.Ordinal)]);
    }

    private bool IsImage(string folder, string prefix, string name)
    {
        if (_besideShards && prefix.Length == 0 && ImageFileName.IsTar(name))
            return false;
        if (_options.Excluded.Of(prefix + name, isFolder: false) is { } why)
        {
            _leftOut.AddFile(why);
            return false;
        }
        string path = Path.Combine(folder, name);
        if (ImageFile.OddType(path) is { } odd)
        {
            _leftOut.AddFile(odd, prefix + name);
            return false;
        }
        if (ImageFileName.IsImage(name) && (!name.Contains('\uFFFD', StringComparison.Ordinal) || File.Exists(path)))
            return true;
        try
        {
            byte[] head = ImageFile.Head(path, UnreadKinds.HeadLength);
            if (UnreadKinds.IsImage(name, head))
                return true;
            _leftOut.AddFile(UnreadKinds.Of(name, head));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _leftOut.AddUnreadable(prefix + name, Reason(path, failure));
        }
        return false;
    }

    /// <summary>Why a file or folder cannot be read: the system's own words mislead where its name is the trouble.</summary>
    private static string Reason(string path, Exception failure) =>
        path.Contains('\uFFFD', StringComparison.Ordinal) ? "its name is not UTF-8: rename it, for example with convmv"
        : failure is PathTooLongException || Encoding.UTF8.GetByteCount(path) >= s_longestPath
            ? $"its path has {Encoding.UTF8.GetByteCount(path)} bytes, more than the system allows: move it up"
        : failure is UnauthorizedAccessException ? "no permission to read it"
        : failure.Message;
}
