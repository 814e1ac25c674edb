namespace SpotArtifacts.Images.Sources;

/// <summary>Which members of a shard are images, and which label each has.</summary>
/// <remarks>
/// The files of a sample share their key: folder and base name up to the first dot, as WebDataset has it. <c>KEY.jpg</c> is an
/// image of it. Another member that is an image by its last extension (<c>KEY.input.jpg</c>, or <c>22.05.png</c>, whose author
/// meant no key at all) or by its content alone is one where the sample has none of the first kind: a mask beside its picture
/// stays a mask.
/// </remarks>
internal sealed class TarIndex
{
    private readonly TarReader _tar;
    private readonly SourceOptions _options;
    private RecentKeys<TarSample> _samples = new();
    private readonly TarLabels _labels = new();
    private readonly HashSet<int> _superseded = [];
    private Dictionary<int, string> _linkNames = [];
    private TarLinks? _links;
    private int _archive;

    internal TarIndex(TarReader tar, SourceOptions options)
    {
        (_tar, _options) = (tar, options);
        foreach (TarEntry entry in tar.Entries())
        {
            options.Stop.ThrowIfCancellationRequested();
            Add(entry);
        }
        if (tar.BytesBehindEnd > 0)
            LeftOut.AddUnreadable($"{tar.BytesBehindEnd} bytes behind the end marker", "they are no tar archive");
        int[]? kept = _superseded.Count == 0 ? null
            : [.. Enumerable.Range(0, Offsets.Count).Where(index => !_superseded.Contains(index))];
        Labels = _labels.Finish(kept);
        if (kept is not null)
            Keep(kept);
        Offsets.TrimExcess();
        Lengths.TrimExcess();
    }

    /// <summary>Where each image begins.</summary>
    internal List<long> Offsets { get; private set; } = [];

    /// <summary>Bytes of each image.</summary>
    internal List<int> Lengths { get; private set; } = [];

    /// <summary>Label of each image.</summary>
    internal LabelTable Labels { get; }

    /// <summary>Members that are no image and no label.</summary>
    internal LeftOut LeftOut { get; } = new();

    /// <summary>The name of an image that is a link, since the header before its bytes is another's; null for others.</summary>
    internal string? LinkName(int index) => _linkNames.GetValueOrDefault(index);

    private void Add(TarEntry entry)
    {
        if (entry.Archive != _archive)
            (_archive, _samples) = (entry.Archive, new RecentKeys<TarSample>()); // its keys are its own
        if (entry.Kind == TarEntryKind.Folder)
            return;
        if (_options.Excluded.OfWhole(entry.Name) is { } why)
            LeftOut.AddFile(why);
        else if (entry.Kind == TarEntryKind.File)
            AddFile(entry, entry.Name);
        else if (entry.Kind is TarEntryKind.HardLink or TarEntryKind.SymbolicLink)
        {
            if ((_links ??= new TarLinks(_tar, _options.Stop)).Find(entry) is { } target)
                AddFile(target with { Name = entry.Name }, entry.Name, isLink: true);
            else
                LeftOut.AddFile("link that leads to no file in the archive", entry.Name);
        }
        else
            LeftOut.AddFile(entry.Kind == TarEntryKind.Sparse
                ? "sparse file whose map makes no sense (pack it again without --sparse)" : "special entry", entry.Name);
    }

    private void AddFile(TarEntry entry, string name, bool isLink = false)
    {
        int start = name.LastIndexOf('/') + 1, first = name.IndexOf('.', start), last = name.LastIndexOf('.');
        string key = first < 0 ? name : name[..first], stem = last < start ? name : name[..last];
        string extension = last < start ? "" : name[(last + 1)..].ToLowerInvariant();
        if (ImageFileName.IsImageExtension(extension))
            AddImage(entry, key, stem, named: first == last, isLink);
        else if (extension is "cls" or "txt" or "json")
            AddField(entry, stem, extension);
        else
        {
            byte[] head = _tar.Head(entry, (int)Math.Min(entry.Length, UnreadKinds.HeadLength));
            if (UnreadKinds.IsImage(name, head))
                AddImage(entry, key, stem, named: false, isLink);
            else
                LeftOut.AddFile(UnreadKinds.Of(name, head), name);
        }
    }

    private void AddImage(TarEntry entry, string key, string stem, bool named, bool isLink)
    {
        if (entry.Length > Array.MaxLength)
            throw _tar.Damaged(entry.Offset, $"'{entry.Name}' is too large");
        TarSample sample = Sample(key);
        string extension = named ? entry.Name[(stem.Length + 1)..] : "";
        if (named && sample.Fields.Contains(extension, StringComparer.OrdinalIgnoreCase))
            _samples.Add(key, sample = new TarSample()); // the same name once more is another sample
        if (named && !sample.IsNamed)
        {
            foreach (int other in sample.Images)
                Supersede(other, "of another field than its sample's image", _linkNames.GetValueOrDefault(other));
            sample.Images.Clear();
        }
        else if (!named && sample.IsNamed)
        {
            LeftOut.AddFile("of another field than its sample's image", entry.Name);
            return;
        }
        if (named)
            sample.Fields = [.. sample.Fields, extension];
        int index = Offsets.Count;
        if (isLink)
            _linkNames.Add(index, entry.Name);
        Offsets.Add(entry.Offset);
        Lengths.Add((int)entry.Length);
        sample.Images.Add(index);
        _labels.Add(sample, stem == key ? null : Sample(stem), index);
    }

    private void Supersede(int index, string kind, string? linkName)
    {
        _superseded.Add(index);
        LeftOut.AddFile(kind, linkName ?? _tar.NameAt(Offsets[index]));
    }

    private void AddField(TarEntry entry, string stem, string extension)
    {
        if (!_labels.TryAdd(Sample(stem), extension, entry.Length, () => _tar.Head(entry, (int)entry.Length)))
            LeftOut.AddFile("label that is no text", entry.Name);
    }

    private TarSample Sample(string key)
    {
        if (!_samples.TryGet(key, out TarSample? sample))
            _samples.Add(key, sample = new TarSample());
        return sample;
    }

    private void Keep(int[] kept)
    {
        (Offsets, Lengths) = ([.. kept.Select(index => Offsets[index])], [.. kept.Select(index => Lengths[index])]);
        _linkNames = kept.Select((old, index) => (index, Name: LinkName(old))).Where(item => item.Name is not null)
            .ToDictionary(item => item.index, item => item.Name!);
    }
}
