using System.Text;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images;

/// <summary>
/// A list of images that are to be left out: one a line, its place (<see cref="ImageSet.Place"/>), a tab and the reason. Lines
/// that start with # and empty ones count for nothing. A path that does not begin at the root is looked for from the list's
/// folder and from the working folder.
/// </summary>
public sealed class Quarantine
{
    private readonly string _path;
    private readonly string[] _entries;
    private readonly Dictionary<string, List<int>> _lines = new(StringComparer.Ordinal);
    private readonly HashSet<int> _found = [];

    private Quarantine(string path, string[] entries)
    {
        (_path, _entries) = (path, entries);
        RealPath paths = new();
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        for (int line = 0; line < entries.Length; line++)
            foreach (string place in Path.IsPathRooted(entries[line]) ? [entries[line]]
                : (string[])[Path.GetFullPath(Path.Combine(folder, entries[line])), Path.GetFullPath(entries[line])])
                Add(paths.OfFile(place), line);
    }

    /// <summary>Writes a list; replaces the file whole.</summary>
    public static void Write(string path, IEnumerable<SkippedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(images.Select(Line))));
    }

    /// <summary>Adds to a list, or begins one; what stands in it stays, and nothing is listed twice.</summary>
    /// <exception cref="ImageSetException">It cannot be read.</exception>
    public static void Append(string path, IEnumerable<SkippedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        string[] before = File.Exists(path) ? Read(path, whole: true) : [];
        HashSet<string> listed = [.. before.Select(line => line.Split('\t')[0])];
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(
            before.Select(line => line + "\n").Concat(images.Where(image => listed.Add(OneLine(image.Name))).Select(Line)))));
    }

    /// <summary>The line of one image.</summary>
    internal static string Line(SkippedImage image) => $"{OneLine(image.Name)}\t{OneLine(image.Reason)}\n";

    /// <summary>Reads a list.</summary>
    /// <exception cref="ImageSetException">It cannot be read.</exception>
    internal static Quarantine Open(string path) => new(path, Read(path, whole: false));

    /// <summary>The images that the list names, ascending.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="place">Place of an image: <see cref="ImageSet.Place"/>.</param>
    /// <exception cref="ImageSetException">It names all of them.</exception>
    internal int[] Find(int count, Func<int, string> place)
    {
        List<int> found = [];
        for (int index = 0; index < count; index++)
            if (_lines.TryGetValue(OneLine(place(index)), out List<int>? lines))
            {
                found.Add(index);
                _found.UnionWith(lines);
            }
        return found.Count < count ? [.. found] : throw new ImageSetException($"{_path}: leaves out all {count} images.");
    }

    /// <summary>Refuses a list with entries of which none was found.</summary>
    /// <param name="image">Place of an image that was looked for.</param>
    internal void RequireEmpty(string image)
    {
        if (_entries.Length > 0)
            throw new ImageSetException(
                $"{_path}: none of its {_entries.Length} entries is one of these images; the first entry is {_entries[0]}, the first "
                + $"image {image}. Make the list anew with: spot data scan PATH --quarantine FILE.");
    }

    /// <summary>What came of it, in a line for people.</summary>
    internal string Describe(int leftOut) => $"{_path}: {leftOut} images left out"
        + (_found.Count == _entries.Length ? ""
            : $"; {_entries.Length - _found.Count} of its {_entries.Length} entries name no image here, as "
                + _entries[Enumerable.Range(0, _entries.Length).First(line => !_found.Contains(line))]);

    private void Add(string place, int line)
    {
        if (!_lines.TryGetValue(place, out List<int>? lines))
            _lines[place] = lines = [];
        lines.Add(line);
    }

    private static string[] Read(string path, bool whole)
    {
        try
        {
            IEnumerable<string> lines = ImageFile.Lines(path);
            return whole ? [.. lines]
                : [.. lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t')[0])];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageSetException($"{path}: the list of images to leave out cannot be read ({failure.Message}).", failure);
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
