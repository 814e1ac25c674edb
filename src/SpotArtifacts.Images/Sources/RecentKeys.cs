namespace SpotArtifacts.Images.Sources;

/// <summary>
/// Numbers by the keys of the last samples: between one and two generations of them. The files of a WebDataset sample stand side
/// by side, so an archive of any length needs no more; the same key much further on is another sample.
/// </summary>
internal sealed class RecentKeys
{
    /// <summary>Keys of one generation.</summary>
    internal const int Generation = 1 << 17;

    private Dictionary<string, int> _young = [], _old = [];

    internal bool TryGet(string key, out int value) => _young.TryGetValue(key, out value) || _old.TryGetValue(key, out value);

    internal void Add(string key, int value)
    {
        if (_young.Count >= Generation)
            (_old, _young) = (_young, []);
        _young[key] = value;
    }
}
