namespace SpotArtifacts.Images.Sources;

/// <summary>
/// The labels of a source's images as they are found: texts, each kept once, so that memory follows the number of different ones
/// and never their size.
/// </summary>
internal sealed class LabelTable
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly List<int> _labels = []; // of each image, in order; of this table until Finish

    /// <summary>What the labels are, once finished.</summary>
    internal LabelKind Kind { get; private set; }

    /// <summary>The classes, sorted, where labels are names.</summary>
    internal IReadOnlyList<string>? Names { get; private set; }

    /// <summary>The label of an image, once finished; -1 for none.</summary>
    internal int this[int image] => _labels[image];

    /// <summary>A number that stands for a text in <see cref="Add"/> and <see cref="Set"/>.</summary>
    internal int IdOf(string text)
    {
        if (_ids.TryGetValue(text, out int id))
            return id;
        _texts.Add(text);
        return _ids[text] = _texts.Count - 1;
    }

    /// <summary>Adds the next image.</summary>
    /// <param name="id">What <see cref="IdOf"/> gave, or -1.</param>
    internal void Add(int id) => _labels.Add(id);

    /// <summary>Gives an image its label.</summary>
    internal void Set(int image, int id) => _labels[image] = id;

    /// <summary>Turns texts into what they mean: numbers where all of them are, else names.</summary>
    internal void Finish()
    {
        HashSet<int> used = [.. _labels];
        used.Remove(-1);
        if (used.Count == 0)
            return;
        int[] values = new int[_texts.Count];
        Kind = used.All(id => LabelText.TryParse(_texts[id], out values[id])) ? LabelKind.Numbers : LabelKind.Names;
        if (Kind == LabelKind.Names)
        {
            string[] names = [.. used.Select(id => _texts[id]).Order(StringComparer.Ordinal)];
            foreach (int id in used)
                values[id] = Array.BinarySearch(names, _texts[id], StringComparer.Ordinal);
            Names = names;
        }
        for (int i = 0; i < _labels.Count; i++)
            _labels[i] = _labels[i] < 0 ? -1 : values[_labels[i]];
        _labels.TrimExcess();
    }
}
