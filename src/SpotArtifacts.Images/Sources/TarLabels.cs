using System.Text;
using System.Text.Unicode;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// What the files beside a shard's images say of their classes. A .cls holds the label, a number or a name. A .txt is often a
/// caption and a .json any record: a label there is only a number, or what a .json calls <c>class_name</c>, as our own shards do.
/// </summary>
internal sealed class TarLabels
{
    private const int MaxLength = 1 << 16, MaxNameLength = 256;
    private readonly LabelTable _stated = new(), _named = new();
    private readonly HashSet<int> _own = []; // images with a label of exactly their own name
    private int _count;

    /// <summary>The next image.</summary>
    /// <param name="sample">Its sample by WebDataset's rule.</param>
    /// <param name="stem">What is named exactly as it but for the extension, where that is not the same.</param>
    /// <param name="index">Its number, one more than the last one's.</param>
    internal void Add(TarSample sample, TarSample? stem, int index)
    {
        bool own = stem is { HasLabel: true };
        _stated.Add(own ? stem!.Stated : sample.Stated);
        _named.Add(own ? stem!.Named : sample.Named);
        _count++;
        if (own)
            _own.Add(index);
        if (stem is null)
            return;
        stem.IsStem = true;
        stem.Images.Add(index);
    }

    /// <summary>A file that may hold the label of a sample.</summary>
    /// <returns>Whether it is one, or need not be: a .cls that is no text is neither.</returns>
    internal bool TryAdd(TarSample sample, string extension, long length, Func<byte[]> read)
    {
        if (length > MaxLength)
            return extension != "cls";
        byte[] content = read();
        if (extension == "json")
        {
            LabelText.ReadJson(content, out int? number, out string? name);
            Give(sample, number is { } value ? LabelText.Of(value) : null, name, rank: 1);
            return true;
        }
        string text = Utf8.IsValid(content) ? Encoding.UTF8.GetString(content).Trim() : "\0";
        bool isName = text.Length <= MaxNameLength && !text.Any(char.IsControl);
        if (LabelText.TryParse(text, out int label))
            Give(sample, LabelText.Of(label), null, rank: extension == "cls" ? 2 : 0);
        else if (extension == "cls" && isName && text is not ("" or "-1")) // both say: none
            Give(sample, text, null, rank: 2);
        return isName || extension != "cls";
    }

    /// <summary>The labels of these images: by name where every one that has any has a name.</summary>
    /// <param name="images">Those that are left of all; null where all are.</param>
    internal LabelTable Finish(int[]? images)
    {
        bool named = false, all = true;
        foreach (int image in images ?? Enumerable.Range(0, _count))
        {
            named |= _named[image] >= 0;
            all &= _named[image] >= 0 || _stated[image] < 0;
        }
        LabelTable labels = named && all ? _named : _stated;
        if (images is not null)
            labels.Keep(images);
        labels.Finish();
        return labels;
    }

    private void Give(TarSample sample, string? stated, string? name, int rank)
    {
        if (stated is not null && rank >= sample.Rank)
            (sample.Stated, sample.Rank) = (_stated.IdOf(stated), rank);
        if (name is not null)
            sample.Named = _named.IdOf(name);
        if (!sample.HasLabel)
            return;
        foreach (int image in sample.Images)
        {
            if (sample.IsStem)
                _own.Add(image);
            else if (_own.Contains(image))
                continue;
            _stated.Set(image, sample.Stated);
            _named.Set(image, sample.Named);
        }
    }
}

/// <summary>What is known of the files of one sample.</summary>
internal sealed class TarSample
{
    /// <summary>Its images so far.</summary>
    internal List<int> Images { get; } = new(1);

    /// <summary>Extensions of those that are its images by their names.</summary>
    internal string[] Fields { get; set; } = [];

    /// <summary>Whether it has such.</summary>
    internal bool IsNamed => Fields.Length > 0;

    /// <summary>Whether it stands for one name with a dot in it, not for a key.</summary>
    internal bool IsStem { get; set; }

    /// <summary>The label that a field states; negative without one.</summary>
    internal int Stated { get; set; } = -1;

    /// <summary>How much that field counts.</summary>
    internal int Rank { get; set; }

    /// <summary>The name of the class; negative without one.</summary>
    internal int Named { get; set; } = -1;

    /// <summary>Whether there is either.</summary>
    internal bool HasLabel => Stated >= 0 || Named >= 0;
}
