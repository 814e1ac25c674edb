using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images;

/// <summary>
/// What the sources' labels mean together: by name where all have names, by number where they are of one numbering; sources whose
/// labels cannot be compared have none together, and <see cref="Conflict"/> says why.
/// </summary>
internal sealed class ClassLabels
{
    private readonly int[]?[] _joined; // per source: its label to the joined one; null: as it is

    internal ClassLabels(IListedSource[] sources)
    {
        _joined = new int[sources.Length][];
        IListedSource[] labelled = [.. sources.Where(source => source.Labels != LabelKind.None)];
        if (labelled.Length == 0)
            return;
        string?[] numberings = [.. labelled.Select(source => source.Numbering).Distinct()];
        if (numberings is [{ } one])
            (Numbering, Names) = (one, labelled.Select(source => source.ClassNames).FirstOrDefault(names => names is not null));
        else if (Array.TrueForAll(labelled, source => source.ClassNames is not null))
            Join(sources, labelled);
        else if (!TryNumbers(sources, labelled))
            Conflict = Describe(labelled);
    }

    /// <summary>Names of the classes by label; null where labels are bare numbers or absent.</summary>
    internal IReadOnlyList<string>? Names { get; private set; }

    /// <summary>The published numbering that labels are of, else null.</summary>
    internal string? Numbering { get; }

    /// <summary>Why labels of different sources cannot be compared; null where they can.</summary>
    internal string? Conflict { get; }

    /// <summary>The label in the set of an image that has this label, or -1, in its source.</summary>
    internal int Of(int source, int label) =>
        label < 0 || Conflict is not null ? -1 : _joined[source] is { } joined ? joined[label] : label;

    private void Join(IListedSource[] sources, IListedSource[] labelled)
    {
        string[] names = [.. labelled.SelectMany(source => source.ClassNames!).Distinct().Order(StringComparer.Ordinal)];
        for (int i = 0; i < sources.Length; i++)
            if (sources[i] is { Labels: not LabelKind.None, ClassNames: { } own })
                _joined[i] = [.. own.Select(name => Array.BinarySearch(names, name, StringComparer.Ordinal))];
        Names = names;
    }

    /// <summary>Bare numbers, of no more than one published numbering; names that are numbers themselves go with them.</summary>
    private bool TryNumbers(IListedSource[] sources, IListedSource[] labelled)
    {
        if (labelled.Select(source => source.Numbering).OfType<string>().Distinct().Count() > 1)
            return false;
        for (int i = 0; i < sources.Length; i++)
            if (sources[i] is { Labels: LabelKind.Names, ClassNames: { } own } && (_joined[i] = Numbers(own)) is null)
                return false;
        return true;
    }

    /// <summary>Names as the numbers that they are; null where one is none.</summary>
    internal static int[]? Numbers(IReadOnlyList<string> names)
    {
        int[] numbers = new int[names.Count];
        for (int i = 0; i < numbers.Length; i++)
            if (!LabelText.TryParse(names[i], out numbers[i]))
                return null;
        return numbers;
    }

    private static string Describe(IListedSource[] labelled)
    {
        IEnumerable<string> kinds = labelled.GroupBy(source => source.Labels == LabelKind.Names
                ? $"names ({string.Join(", ", source.ClassNames!.Take(3))}{(source.ClassNames!.Count > 3 ? ", ..." : "")})"
                : $"numbers{(source.Numbering is { } numbering ? $" of {numbering}" : "")}")
            .Select(group => $"{group.First().Path} has {group.Key}");
        return $"the labels cannot be compared: {string.Join("; ", kinds.Take(4))}";
    }
}
