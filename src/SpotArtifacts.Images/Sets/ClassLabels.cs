using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images;

/// <summary>
/// What the sources' labels mean together: names are joined, numbers taken as they are, and a mixture of both means nothing.
/// </summary>
internal sealed class ClassLabels
{
    private readonly int[][]? _byName; // per source: its label to the joined one
    private readonly bool _numbers;

    internal ClassLabels(IImageSource[] sources)
    {
        bool named = Array.Exists(sources, source => source.Labels == LabelKind.Names);
        bool numbered = Array.Exists(sources, source => source.Labels == LabelKind.Numbers);
        _numbers = numbered && !named;
        if (named && !numbered)
        {
            string[] joined = [.. sources.SelectMany(source => source.ClassNames ?? []).Distinct().Order(StringComparer.Ordinal)];
            _byName = [.. sources.Select(source => (int[])
                [.. (source.ClassNames ?? []).Select(name => Array.BinarySearch(joined, name, StringComparer.Ordinal))])];
            Names = joined;
        }
        else if (_numbers)
            Names = CommonNames(sources);
    }

    /// <summary>Names of the classes by label; null where labels are bare numbers or absent.</summary>
    internal IReadOnlyList<string>? Names { get; }

    /// <summary>The label in the set of an image that has this label, or -1, in its source.</summary>
    internal int Of(int source, int label) =>
        label < 0 ? -1 : _byName is not null ? _byName[source][label] : _numbers ? label : -1;

    /// <summary>Names that go with numbers, if all sources agree on them.</summary>
    private static IReadOnlyList<string>? CommonNames(IImageSource[] sources)
    {
        IReadOnlyList<string>? names = sources[0].ClassNames;
        return names is not null && Array.TrueForAll(sources, source => source.ClassNames?.SequenceEqual(names) ?? false) ? names
            : null;
    }
}
