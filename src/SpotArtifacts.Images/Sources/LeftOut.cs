using System.Globalization;

namespace SpotArtifacts.Images.Sources;

/// <summary>What a path holds and does not give as images: counted by kind, and named where somebody has to do something.</summary>
internal sealed class LeftOut
{
    private const int Named = 3, MaxName = 200;
    private readonly SortedDictionary<string, (int Count, string? Example)> _files = new(StringComparer.Ordinal),
        _folders = new(StringComparer.Ordinal);
    private readonly List<string> _unreadable = [];

    /// <summary>How many files of each kind.</summary>
    internal IReadOnlyDictionary<string, int> Files => _files.ToDictionary(item => item.Key, item => item.Value.Count);

    /// <summary>A file, or a member of an archive.</summary>
    /// <param name="kind">What it is, in a word or two.</param>
    /// <param name="example">Its name, where the kind alone does not say enough; the first of a kind by name is kept.</param>
    internal void AddFile(string kind, string? example = null) => Add(_files, kind, example);

    /// <summary>A folder with all that is in it.</summary>
    /// <param name="kind">Its name, or what it is.</param>
    internal void AddFolder(string kind) => Add(_folders, kind, null);

    /// <summary>What should have been read and cannot be.</summary>
    internal void AddUnreadable(string name, string reason) =>
        _unreadable.Add($"{(name.Length <= MaxName ? name : $"{name[..MaxName]}...")} ({reason})");

    /// <summary>A line for each of the three, where there is anything to say.</summary>
    internal IEnumerable<string> Lines(string path, string what)
    {
        if (_files.Count > 0)
            yield return $"{path}: {Number(_files.Values.Sum(kind => kind.Count), what)} ignored: {Kinds(_files)}"
                + string.Concat(_files.Keys.Select(UnreadKinds.Remedy).OfType<string>().Select(remedy => $"; {remedy}"));
        if (_folders.Count > 0)
            yield return $"{path}: {Number(_folders.Values.Sum(kind => kind.Count), "folder")} left out: {Kinds(_folders)}";
        if (_unreadable.Count > 0)
            yield return $"{path}: {Number(_unreadable.Count, "entry", "entries")} cannot be read and left out: "
                + string.Join("; ", _unreadable.Order(StringComparer.Ordinal).Take(Named))
                + (_unreadable.Count > Named ? "; ..." : "");
    }

    private static void Add(SortedDictionary<string, (int Count, string? Example)> kinds, string kind, string? example) =>
        kinds[kind] = !kinds.TryGetValue(kind, out (int Count, string? Example) before) ? (1, example)
            : (before.Count + 1, string.CompareOrdinal(example, before.Example) < 0 ? example : before.Example);

    private static string Kinds(SortedDictionary<string, (int Count, string? Example)> kinds) =>
        string.Join(", ", kinds.OrderByDescending(kind => kind.Value.Count).Select(kind =>
            string.Create(CultureInfo.InvariantCulture, $"{kind.Value.Count:N0} {kind.Key}")
            + (kind.Value.Example is not { } example ? "" : kind.Value.Count == 1 ? $" ({example})" : $" ({example}, ...)")));

    private static string Number(int count, string one, string? more = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : more ?? one + "s")}");
}
