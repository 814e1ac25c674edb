using System.Text;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// What the files beside a shard's images say of their classes. A .cls holds the label, a number or a name. A .txt is often a
/// caption and a .json any record: a label there is only a number, or what a .json calls <c>class_name</c>, as our own shards do.
/// </summary>
internal sealed class SampleLabels
{
    private const int MaxLength = 1 << 16, MaxNameLength = 256;
    private readonly RecentKeys _images = new(), _pendingStated = new(), _pendingNamed = new();
    private readonly Dictionary<int, int> _twins = []; // an image to the one before it of the same key
    private readonly LabelTable _stated = new(), _named = new();
    private int _count;

    /// <summary>Whether a file of this kind and length can hold a label.</summary>
    internal static bool MayBeIn(string extension, long length) =>
        extension is "cls" or "txt" or "json" && length <= MaxLength;

    /// <summary>Whether there is an image of this key.</summary>
    internal bool HasImage(string key) => _images.TryGet(key, out _);

    /// <summary>The next image.</summary>
    internal void AddImage(string key)
    {
        if (_images.TryGet(key, out int twin))
            _twins[_count] = twin;
        _images.Add(key, _count++);
        _stated.Add(_pendingStated.TryGet(key, out int stated) ? stated : -1);
        _named.Add(_pendingNamed.TryGet(key, out int named) ? named : -1);
    }

    /// <summary>A file that may hold a label.</summary>
    internal void AddFile(string key, string extension, byte[] content)
    {
        if (extension == "json")
        {
            LabelText.ReadJson(content, out int? number, out string? name);
            if (number is { } value)
                Give(key, _stated, _pendingStated, LabelText.Of(value));
            if (name is not null)
                Give(key, _named, _pendingNamed, name);
            return;
        }
        string text = Encoding.UTF8.GetString(content).Trim();
        bool isLabel = extension == "txt" ? LabelText.TryParse(text, out _) : IsName(text);
        if (isLabel)
            Give(key, _stated, _pendingStated, text);
    }

    /// <summary>The labels: by name where every image that has one has a name.</summary>
    internal LabelTable Finish()
    {
        bool named = false, all = true;
        for (int i = 0; i < _count; i++)
        {
            named |= _named[i] >= 0;
            all &= _named[i] >= 0 || _stated[i] < 0;
        }
        LabelTable labels = named && all ? _named : _stated;
        labels.Finish();
        return labels;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaxNameLength && !text.Any(char.IsControl)
        && !text.Contains('\uFFFD', StringComparison.Ordinal);

    private void Give(string key, LabelTable labels, RecentKeys pending, string text)
    {
        int id = labels.IdOf(text);
        pending.Add(key, id); // another image of this key may follow
        if (!_images.TryGet(key, out int image))
            return;
        labels.Set(image, id);
        while (_twins.TryGetValue(image, out image))
            labels.Set(image, id);
    }
}
