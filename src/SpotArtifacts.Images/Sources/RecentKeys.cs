using System.Diagnostics.CodeAnalysis;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// Values by the keys of the last samples: between one and two generations of them. The files of a WebDataset sample stand side
/// by side, so an archive of any length needs no more; the same key much further on is another sample.
/// </summary>
internal sealed class RecentKeys<T>
{
    /// <summary>Keys of one generation.</summary>
    internal const int Generation = 1 << 17;

    private Dictionary<string, T> _young = [], _old = [];

    internal bool TryGet(string key, [MaybeNullWhen(false)] out T value) =>
        _young.TryGetValue(key, out value) || _old.TryGetValue(key, out value);

    internal void Add(string key, T value)
    {
        if (_young.Count >= Generation)
            (_old, _young) = (_young, []);
        _young[key] = value;
    }
}
