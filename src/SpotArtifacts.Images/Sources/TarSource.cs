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
    private readonly TarIndex _index;

    private TarSource(SafeFileHandle file, string path, string kind, SourceOptions options)
    {
        _file = file;
        (Path, Kind) = (path, kind);
        _tar = new TarReader(file, path);
        _index = new TarIndex(_tar, options);
    }

    public string Kind { get; }

    public string Path { get; }

    public int Count => _index.Offsets.Count;

    public LabelKind Labels => _index.Labels.Kind;

    public IReadOnlyList<string>? ClassNames => _index.Labels.Names;

    public LeftOut LeftOut => _index.LeftOut;

    public string ItemName => "member";

    /// <summary>Reads the shard's index.</summary>
    /// <exception cref="ImageSetException">Damaged archive, or no image at all.</exception>
    internal static TarSource Open(string path, SourceOptions options)
    {
        SafeFileHandle file = ImageFile.Open(path, FileOptions.RandomAccess);
        return GzipTar.IsGzip(file)
            ? Open(GzipTar.Unpack(file, path, options.Stop), path, "gzip'ed tar shard", options)
            : Open(file, path, "tar shard", options);
    }

    public string Name(int index) =>
        $"{System.IO.Path.GetFileName(Path)}:{_index.LinkName(index) ?? _tar.NameAt(_index.Offsets[index])}";

    public int Label(int index) => _index.Labels[index];

    public int Length(int index) => _index.Lengths[index];

    public bool TryRead(int index, Span<byte> buffer) => _tar.TryRead(_index.Offsets[index], buffer);

    public void Dispose() => _file.Dispose();

    private static TarSource Open(SafeFileHandle file, string path, string kind, SourceOptions options)
    {
        try
        {
            TarSource source = new(file, path, kind, options);
            return source.Count > 0 ? source : throw new ImageSetException(
                $"{path}: the shard holds no image. Its entries must be named KEY.EXT with one of {ImageFileName.List}."
                + string.Concat(source.LeftOut.Lines(path, source.ItemName).Select(line => $" {line}.")));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
