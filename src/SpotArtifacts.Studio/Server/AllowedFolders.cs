using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Studio.Server;

/// <summary>
/// Which paths the studio may touch: what lies inside the runs folder or an image folder once every link on the way has been
/// followed. Whatever comes from a browser goes through here, and only the path that comes out is opened.
/// </summary>
internal sealed class AllowedFolders
{
    /// <summary>Longest path that is looked at.</summary>
    internal const int MostCharacters = 4096;

    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

    private static readonly StringComparison s_comparison =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private readonly string[] _folders;

    /// <param name="runs">The runs folder; it need not exist yet.</param>
    /// <param name="images">Folders of images.</param>
    /// <exception cref="StudioException">A folder of images is not there.</exception>
    internal AllowedFolders(string runs, IEnumerable<string> images)
    {
        ImageFolders = [.. images.Select(folder => Directory.Exists(folder) ? Real(folder)
            : throw new StudioException($"{folder}: there is no such folder; --images names folders that the studio may read"))];
        RunsFolder = Real(runs);
        _folders = [RunsFolder, .. ImageFolders];
    }

    /// <summary>The runs folder, links followed.</summary>
    internal string RunsFolder { get; }

    /// <summary>The folders of images, links followed.</summary>
    internal IReadOnlyList<string> ImageFolders { get; }

    /// <summary>
    /// The real path of a file or folder that may be read; null for all others, existing or not: what is outside is not told apart
    /// from what is not there.
    /// </summary>
    /// <param name="path">Absolute, or relative to <paramref name="folder"/>.</param>
    /// <param name="folder">Where a relative path begins; null: the runs folder.</param>
    internal string? Find(string? path, string? folder = null)
    {
        if (!IsPlain(path))
            return null;
        try
        {
            string real = Real(Path.Combine(folder ?? RunsFolder, path!));
            bool isInside = _folders.Any(known => IsInside(real, known));
            return isInside && Path.Exists(real) && ImageFile.OddType(real) is null ? real : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException or System.Security.SecurityException)
        {
            return null; // a loop of links, a folder that may not be looked into, a name that no system has
        }
    }

    /// <summary>The real path of a regular file that may be read, or null.</summary>
    /// <inheritdoc cref="Find"/>
    internal string? FindFile(string? path, string? folder = null) =>
        Find(path, folder) is { } real && File.Exists(real) ? real : null;

    /// <summary>The real path of a folder that may be read, or null.</summary>
    /// <inheritdoc cref="Find"/>
    internal string? FindFolder(string? path, string? folder = null) =>
        Find(path, folder) is { } real && Directory.Exists(real) ? real : null;

    /// <summary>Where a new file or folder may be made: directly inside a folder that <see cref="FindFolder"/> finds; else null.
    /// </summary>
    /// <param name="name">A name without separators.</param>
    /// <param name="folder">Its folder.</param>
    internal string? ForNew(string? name, string folder)
    {
        if (!IsPlain(name) || name is null or "." or ".." || name.AsSpan().IndexOfAny('/', '\\', ':') >= 0 || name.Length > 200)
            return null;
        return FindFolder(folder) is { } real ? Path.Combine(real, name) : null;
    }

    /// <summary>Whether a text can be a path of files: no device's name, no control characters, not endless.</summary>
    private static bool IsPlain(string? path) =>
        !string.IsNullOrWhiteSpace(path) && path.Length <= MostCharacters && !path.Any(char.IsControl)
        && !path.StartsWith(@"\\", StringComparison.Ordinal) && !path.StartsWith("//", StringComparison.Ordinal)
        && !path.Split('/', '\\').Any(IsDevice);

    // Windows opens a device under these names in every folder, whatever their extension.
    private static bool IsDevice(string name)
    {
        string stem = name.Split('.', ':')[0].TrimEnd();
        return s_devices.Contains(stem, StringComparer.OrdinalIgnoreCase)
            || stem.Length == 4 && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
                || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)) && char.IsDigit(stem[3]);
    }

    /// <summary>Whether a real path is a folder's or lies in it.</summary>
    internal static bool IsInside(string real, string folder) => real.Equals(folder, s_comparison)
        || real.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, s_comparison);

    // Of what is not there the part that is.
    private static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        FileInfo last = new(full);
        string target = last.LinkTarget is null ? full : last.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        if (Path.GetDirectoryName(target) is not { } parent)
            return target;
        string folder = Directory.Exists(parent) ? RealPath.OfFolder(new DirectoryInfo(parent)) : Real(parent);
        return Path.Combine(folder, Path.GetFileName(target));
    }
}
