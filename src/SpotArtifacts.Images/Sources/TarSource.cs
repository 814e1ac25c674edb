using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// The samples of one WebDataset shard: 16 bytes for each (where it is, how long, its label) and an open archive for positional
/// reads. Names are read back from the archive's headers when somebody asks.
/// </summary>
internal sealed class TarSource : IEncodedSource
{
    private readonly SafeFileHandle _file;
    private readonly TarReader _tar;
    private readonly List<long> _offsets = [];
    private readonly List<int> _lengths = [];
    private LabelTable _labels = new();

    private TarSource(SafeFileHandle file, string path, string kind)
    {
        this._file = file;
        Kind = kind;
        _tar = new TarReader(file, path);
        Path = path;
    }

    public string Kind { get; }

    public string Path { get; }

    public int Count => _offsets.Count;

    public LabelKind Labels => _labels.Kind;

    public IReadOnlyList<string>? ClassNames => _labels.Names;

    /// <summary>Reads the shard's index.</summary>
    /// <exception cref="ImageSetException">Damaged archive, a .cls that is no number, or no image at all.</exception>
    internal static TarSource Open(string path)
    {
        SafeFileHandle file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        return GzipTar.IsGzip(file)
            ? Open(GzipTar.Unpack(file, path), path, "gzip'ed tar shard")
            : Open(file, path, "tar shard");
    }

    public string Name(int index) => $"{System.IO.Path.GetFileName(Path)}:{_tar.NameAt(_offsets[index])}";

    public int Label(int index) => _labels[index];

    public int Length(int index) => _lengths[index];

    public bool TryRead(int index, Span<byte> buffer) => ImageFile.ReadFully(_file, buffer, _offsets[index]) == buffer.Length;

    public void Dispose() => _file.Dispose();

    private static TarSource Open(SafeFileHandle file, string path, string kind)
    {
        TarSource source = new(file, path, kind);
        try
        {
            source.ReadIndex();
            return source.Count > 0 ? source : throw new ImageSetException(
                $"{path}: the shard holds no image. Its entries must be named KEY.EXT with one of {ImageFileName.List}.");
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private void ReadIndex()
    {
        SampleLabels labels = new();
        foreach (TarEntry entry in _tar.Entries())
        {
            if (!SplitName(entry.Name, out string key, out string extension))
                continue;
            if (ImageFileName.IsImageExtension(extension))
                AddImage(entry, key, labels);
            else if (SampleLabels.MayBeIn(extension, entry.Length))
                labels.AddFile(key, extension, _tar.ReadExactly(entry.Offset, (int)entry.Length, "truncated label"));
        }
        _offsets.TrimExcess();
        _lengths.TrimExcess();
        _labels = labels.Finish();
    }

    private void AddImage(TarEntry entry, string key, SampleLabels labels)
    {
        if (labels.HasImage(key))
            throw _tar.Damaged(entry.Offset, $"two images share the name '{key}'");
        if (entry.Length > Array.MaxLength)
            throw _tar.Damaged(entry.Offset, $"'{entry.Name}' is too large");
        _offsets.Add(entry.Offset);
        _lengths.Add((int)entry.Length);
        labels.AddImage(key);
    }

    /// <summary>Folder and base name up to its first dot are the sample's key, the rest says what the file is.</summary>
    private static bool SplitName(string name, out string key, out string extension)
    {
        int dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        bool named = dot > name.LastIndexOf('/') + 1; // hidden files have no name before the dot
        key = named ? name[..dot] : "";
        extension = named ? name[(dot + 1)..].ToLowerInvariant() : "";
        return named;
    }
}
