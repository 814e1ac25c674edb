using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images;

/// <content>What people are told of a set, and how lists name its images.</content>
public sealed partial class ImageSet
{
    private readonly RealPath _paths = new();

    /// <summary>
    /// Lines for people: what each source was recognised as, what it holds, and what of it is no image or cannot be read; then what
    /// the quarantine list left out.
    /// </summary>
    public IReadOnlyList<string> Descriptions =>
    [
        .. _sources.SelectMany(source => (IEnumerable<string>)
            [Describe(source), .. source.LeftOut?.Lines(source.Path, source.ItemName) ?? []]),
        .. _opening.Remarks,
        .. _opening.Excluded.Unused.Select(glob => $"--exclude {glob}: nothing has such a name"),
        .. _quarantine is null ? [] : (string[])[_quarantine.Describe(_excluded.Length)],
    ];

    /// <summary>How many files of each kind were found that are no images, or none that are read.</summary>
    public IReadOnlyDictionary<string, int> Ignored => _sources.Where(source => source.LeftOut is not null)
        .SelectMany(source => source.LeftOut!.Files).GroupBy(kind => kind.Key, StringComparer.Ordinal)
        .OrderBy(kind => kind.Key, StringComparer.Ordinal).ToDictionary(kind => kind.Key, kind => kind.Sum(one => one.Value));

    /// <summary>
    /// Where the image is, told the same way from every working folder and whatever links lead there: its file's path, or an
    /// archive's, a colon and the member's name. What a <see cref="Quarantine"/> list goes by.
    /// </summary>
    public string Place(int index)
    {
        IImageSource source = Find(index, out int inside);
        string name = source.Name(inside);
        if (source.NamesAreFiles)
            return Real(name);
        string container = $"{Path.GetFileName(source.Path)}:";
        return $"{Real(source.Path)}:{(name.StartsWith(container, StringComparison.Ordinal) ? name[container.Length..] : name)}";
    }

    /// <summary>Refuses a quarantine list that has entries, and none of them in any of the sets.</summary>
    /// <exception cref="ImageSetException">It is of other images, or of files that have been moved.</exception>
    internal static void RequireQuarantineUsed(params ImageSet[] sets)
    {
        if (sets[0]._quarantine is { } list && Array.TrueForAll(sets, set => set._excluded.Length == 0))
            list.RequireEmpty(sets[0].Place(0));
    }

    private string Real(string path)
    {
        lock (_paths)
            return _paths.OfFile(path);
    }
}
