using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>The image files below a folder; first-level sub-folders are classes when every image lies in one.</summary>
internal sealed class FolderSource : IEncodedSource
{
    private readonly NameTable _names = new();
    private readonly ushort[]? _labels;

    private FolderSource(string root, List<string> relative, LeftOut leftOut)
    {
        (Path, LeftOut) = (root, leftOut);
        foreach (string name in relative)
            _names.Add(name);
        if (ImageFolder.Classes(relative) is not { } classes)
        {
            WhyUnlabelled = DescribeStrays(relative);
            return;
        }
        string[] distinct = [.. classes.Distinct().Order(StringComparer.Ordinal)];
        if (distinct.Length > ushort.MaxValue)
            return; // a folder for each image, not for each class
        Dictionary<string, ushort> index = [];
        foreach (string name in distinct)
            index[name] = (ushort)index.Count;
        ClassNames = distinct;
        _labels = [.. classes.Select(name => index[name])];
    }

    public string Kind => "folder";

    public string Path { get; }

    public int Count => _names.Count;

    public LabelKind Labels => _labels is null ? LabelKind.None : LabelKind.Names;

    public IReadOnlyList<string>? ClassNames { get; }

    public bool NamesAreFiles => true;

    public LeftOut LeftOut { get; }

    public string? WhyUnlabelled { get; }

    /// <exception cref="ImageSetException">It holds no image.</exception>
    internal static FolderSource Open(string path, SourceOptions options)
    {
        LeftOut leftOut = new();
        List<string> relative = [.. ImageFolder.List(path, options, leftOut)];
        return relative.Count > 0 ? new FolderSource(path, relative, leftOut) : throw new ImageSetException(
            File.Exists(System.IO.Path.Combine(path, ImageFolder.RunMarker))
                ? $"{path}: this is the output folder of a run, not a folder of images. Name the images' folder."
                : $"{path}: the folder and its sub-folders hold no image. Expected are files " +
                    $"ending in {ImageFileName.List} (any case), or any others that are images by their content."
                    + string.Concat(leftOut.Lines(path, "file").Select(line => $" {line}.")));
    }

    public string Name(int index) => System.IO.Path.Combine(Path, _names[index]);

    public string InnerName(int index) => _names[index];

    public int Label(int index) => _labels is null ? -1 : _labels[index];

    public int Length(int index) => ImageFile.Length(Name(index));

    public bool TryRead(int index, Span<byte> buffer) => ImageFile.TryRead(Name(index), buffer);

    public void Dispose()
    {
    }

    /// <summary>The images beside the class folders, where others lie in some: one alone takes the labels of all.</summary>
    private string? DescribeStrays(List<string> relative)
    {
        string[] strays = [.. relative.Where(name => !name.Contains('/', StringComparison.Ordinal))];
        return strays.Length == relative.Count ? null
            : $"{System.IO.Path.Combine(Path, strays[0])}{(strays.Length > 1 ? $" and {strays.Length - 1} more" : "")} in no "
                + $"class folder, {relative.Count - strays.Length} images in some";
    }
}
