using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// The pictures of a PASCAL VOC devkit. Its labels are several to an image, so here they are described only; VocDevkit reads
/// them.
/// </summary>
internal sealed class VocSource : IEncodedSource
{
    private readonly VocDevkit _devkit;
    private readonly FolderSource _pictures;
    private readonly Lazy<string> _details;

    private VocSource(VocDevkit devkit, SourceOptions options)
    {
        _devkit = devkit;
        _pictures = FolderSource.Open(System.IO.Path.Combine(devkit.Root, VocDevkit.Images), options);
        _details = new Lazy<string>(() => VocSummary.Read(devkit).ToString());
    }

    public string Kind => $"PASCAL VOC devkit {_devkit.Year}";

    public string Path => _devkit.Root;

    public int Count => _pictures.Count;

    public LabelKind Labels => LabelKind.None;

    public IReadOnlyList<string>? ClassNames => null;

    public bool NamesAreFiles => true;

    public LeftOut LeftOut => _pictures.LeftOut;

    /// <summary>Reads every list and annotation when first asked for: nobody who only wants pictures waits for that.</summary>
    public string Details => _details.Value;

    /// <exception cref="ImageSetException">There is no devkit, it holds several years, or no picture.</exception>
    internal static VocSource Open(string path, SourceOptions options)
    {
        try
        {
            return new VocSource(VocDevkit.Open(path), options);
        }
        catch (VocException failure)
        {
            throw new ImageSetException(failure.Message, failure);
        }
    }

    public string Name(int index) => _pictures.Name(index);

    public string InnerName(int index) => _pictures.InnerName(index);

    public int Label(int index) => -1;

    public int Length(int index) => _pictures.Length(index);

    public bool TryRead(int index, Span<byte> buffer) => _pictures.TryRead(index, buffer);

    public void Dispose() => _pictures.Dispose();
}
