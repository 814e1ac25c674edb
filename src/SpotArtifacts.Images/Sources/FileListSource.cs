using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>Image files named one by one: on the command line, or in a text file with an optional label on each line.</summary>
internal sealed class FileListSource : IEncodedSource
{
    private const int MaxLineLength = 1 << 16;
    private readonly NameTable _names = new();
    private readonly LabelTable _labels = new();

    private FileListSource(string kind, string path) => (Kind, Path) = (kind, path);

    public string Kind { get; }

    public string Path { get; }

    public int Count => _names.Count;

    public LabelKind Labels => _labels.Kind;

    public IReadOnlyList<string>? ClassNames => _labels.Names;

    public bool NamesAreFiles => true;

    public LeftOut LeftOut { get; } = new();

    internal static FileListSource OfOne(string path)
    {
        FileListSource source = new("image file", path);
        source._names.Add(path);
        source._labels.Add(-1);
        return source;
    }

    /// <summary>
    /// Reads a list in UTF-8: a path, absolute or relative to the list's folder, and behind a tab its label; all labels whole
    /// numbers, or else names. Empty lines and lines that start with # are left out.
    /// </summary>
    /// <exception cref="ImageSetException">The list is empty, or a line is no path; names the line.</exception>
    internal static FileListSource Open(string path, SourceOptions options)
    {
        FileListSource source = new("file list", path);
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        int number = 0;
        foreach (string line in ImageFile.Lines(path))
        {
            options.Stop.ThrowIfCancellationRequested();
            number++;
            if (line.Length > MaxLineLength || line.Contains('\0', StringComparison.Ordinal))
                throw new ImageSetException(
                    $"{path}, line {number}: this is no path. A list names one image a " +
                    "line, a tab and a label behind it if wanted.");
            if (line.Length == 0 || line[0] == '#')
                continue;
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            string name = tab < 0 ? line : line[..tab];
            if (string.IsNullOrWhiteSpace(name))
                throw new ImageSetException($"{path}, line {number}: no path before the label.");
            if (options.Excluded.OfNamed(name) is { } why)
            {
                source.LeftOut.AddFile(why);
                continue;
            }
            source._names.Add(System.IO.Path.Combine(folder, name));
            string label = tab < 0 ? "" : line[(tab + 1)..].Trim();
            source._labels.Add(label.Length == 0 ? -1 : source._labels.IdOf(label));
        }
        if (source.Count == 0)
            throw new ImageSetException(
                $"{path}: the list names no image{(source.LeftOut.Files.Count > 0 ? " that is not excluded" : "")}. " +
                "Write one path a line.");
        source._labels.Finish();
        return source;
    }

    public string Name(int index) => _names[index];

    public string InnerName(int index) => System.IO.Path.GetFileName(_names[index]);

    public int Label(int index) => _labels[index];

    public int Length(int index) => ImageFile.Length(_names[index]);

    public bool TryRead(int index, Span<byte> buffer) => ImageFile.TryRead(_names[index], buffer);

    public void Dispose()
    {
    }
}
