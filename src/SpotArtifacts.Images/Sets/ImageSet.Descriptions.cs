using System.Globalization;
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

    /// <summary>
    /// Why not every image has a label: the first one without, or what takes the labels of all; null when all have.
    /// </summary>
    public string? WhyUnlabelled => HasLabels ? null : _labels.Conflict
        ?? _sources.Select(source => source.WhyUnlabelled).FirstOrDefault(reason => reason is not null)
        ?? $"{Name(Enumerable.Range(0, Count).First(index => Label(index) < 0))} has none";

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
        IListedSource source = Find(index, out int inside);
        string name = source.Name(inside);
        if (source.NamesAreFiles)
            return Real(name);
        string container = $"{Path.GetFileName(source.Path)}:";
        return $"{Real(source.Path)}:{(name.StartsWith(container, StringComparison.Ordinal) ? name[container.Length..] : name)}";
    }

    /// <summary>
    /// The name for a list in a folder, whose relative paths are taken from there: where that is not the working folder, a file's
    /// whole path.
    /// </summary>
    internal string ListedName(int index, string folder)
    {
        IListedSource source = Find(index, out int inside);
        bool isElsewhere = Path.GetFullPath(folder) != Path.GetFullPath(".");
        return source.NamesAreFiles && isElsewhere ? Path.GetFullPath(source.Name(inside)) : source.Name(inside);
    }

    /// <summary>The name without where its folder lies: it stays the same when the data moves.</summary>
    internal string InnerName(int index) => Find(index, out int inside).InnerName(inside);

    /// <summary>What an image is known by, apart from its name; null where it has no such thing or cannot be read.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <param name="withContent">Whether it is read for its checksum.</param>
    internal (long? Length, uint? Checksum) Fingerprint(int index, bool withContent)
    {
        try
        {
            IListedSource source = Find(index, out int inside);
            return ((source as IEncodedSource)?.Length(inside),
                withContent ? Crc32C.Append(0, ReadEncoded(index) ?? Load(index).Pixels) : null);
        }
        catch (Exception failure) when (failure is ImageFormatException || OutputException.IsSystems(failure))
        {
            return (null, null);
        }
    }

    /// <summary>Refuses a quarantine list that has entries, and none of them in any of the sets.</summary>
    /// <exception cref="ImageSetException">It is of other images, or of files that have been moved.</exception>
    internal static void RequireQuarantineUsed(params ImageSet[] sets)
    {
        if (sets[0]._quarantine is { } list && Array.TrueForAll(sets, set => set._excluded.Length == 0))
            list.RequireEmpty(sets[0].Place(0));
    }

    private string Describe(IListedSource source)
    {
        int first = _firsts[Array.IndexOf(_sources, source)];
        if (source.Details is { } details)
            return string.Create(
                CultureInfo.InvariantCulture, $"{source.Path}: {source.Kind}, {source.Count:N0} images, {details}");
        int labelled = Enumerable.Range(first, source.Count).Count(i => LabelOfListed(i) >= 0);
        string none = source.WhyUnlabelled is { } why ? $", no labels: {why}" : ", no labels";
        return string.Create(CultureInfo.InvariantCulture, $"{source.Path}: {source.Kind}, {source.Count:N0} images")
            + (labelled == 0 ? none : labelled == source.Count ? ", labelled"
                : string.Create(CultureInfo.InvariantCulture, $", {labelled:N0} of them labelled"));
    }

    private string Real(string path)
    {
        lock (_paths)
            return _paths.OfFile(path);
    }

    /// <summary>Every file that images are read from, as it was named or listed; links are not followed.</summary>
    internal IEnumerable<string> Files => _sources.SelectMany(source => !source.NamesAreFiles ? [source.Path]
        : Enumerable.Range(0, source.Count).Select(source.Name));
}
