using System.Globalization;

namespace SpotArtifacts.Images;

/// <summary>What a set's labels stand for, apart from its images: enough to compare them with another set's.</summary>
/// <param name="Names">The classes' names by label; null where labels are bare numbers.</param>
/// <param name="Numbering">The published numbering that numbers are of, as "CIFAR-10"; else null.</param>
public sealed record LabelMeaning(IReadOnlyList<string>? Names, string? Numbering = null)
{
    /// <summary>A label as people know it: its class's name, or the number.</summary>
    public string Text(int label) => Names is { } names && label < names.Count ? names[label] : Number(label);

    /// <summary>
    /// Finds what labels of two sets are compared by: the names of both, or the numbers. Equal keys are equal classes.
    /// </summary>
    /// <param name="other">The other set's.</param>
    /// <param name="problem">Why they cannot be compared; null where they can.</param>
    /// <returns>A label of this set, and one of the other, to its key.</returns>
    internal (Func<int, string> Own, Func<int, string> Other) Compare(LabelMeaning other, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(other);
        problem = null;
        if (Numbering is not null && Numbering == other.Numbering)
            return (Number, Number);
        if (Names is not null && other.Names is not null)
            return (Text, other.Text);
        if (Numbering is not null && other.Numbering is not null)
            problem = $"one side has numbers of {Numbering}, the other of {other.Numbering}";
        if (Numbers() is { } own && other.Numbers() is { } others)
            return (own, others);
        problem ??= Names is not null ? Mixed(this, other) : Mixed(other, this);
        return (Text, other.Text);
    }

    private Func<int, string>? Numbers() => Names is null || Numbering is not null ? Number
        : ClassLabels.Numbers(Names) is { } numbers ? label => Number(numbers[label])
        : null;

    private static string Mixed(LabelMeaning named, LabelMeaning numbered) =>
        $"one side has class names ({string.Join(", ", named.Names!.Take(3))}{(named.Names!.Count > 3 ? ", ..." : "")}), the "
            + $"other numbers{(numbered.Numbering is { } numbering ? $" of {numbering}" : "")} without names";

    private static string Number(int label) => label.ToString(CultureInfo.InvariantCulture);
}
