using System.Globalization;

namespace SpotArtifacts.Images.Sources;

/// <summary>Braces in paths, as WebDataset writes them: <c>shard-{000..146}.tar</c>, <c>{train,extra}.tar</c>.</summary>
internal static class PathPattern
{
    private const int Most = 1_000_000;

    /// <summary>The paths a pattern stands for: itself where such a file exists or no brace is in it.</summary>
    /// <exception cref="ImageSetException">A brace is not closed, a range is senseless or too long.</exception>
    internal static IReadOnlyList<string> Expand(string path)
    {
        List<string> expanded = [];
        if (Path.Exists(path) || !path.Contains('{', StringComparison.Ordinal))
            return [path];
        Expand("", path, path, expanded);
        return expanded;
    }

    private static void Expand(string before, string rest, string whole, List<string> expanded)
    {
        int open = rest.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            if (expanded.Count >= Most)
                throw new ImageSetException($"{whole}: stands for more than {Most} paths. Name a folder instead.");
            expanded.Add(before + rest);
            return;
        }
        int close = rest.IndexOf('}', open);
        if (close < 0)
            throw new ImageSetException($"{whole}: a brace is not closed. A range is written as in shard-{{000..146}}.tar.");
        foreach (string part in Parts(rest[(open + 1)..close], whole))
            Expand(before + rest[..open] + part, rest[(close + 1)..], whole, expanded);
    }

    private static IEnumerable<string> Parts(string inside, string whole)
    {
        int dots = inside.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
            return inside.Split(',');
        string from = inside[..dots], to = inside[(dots + 2)..];
        if (!int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out int last) || last < first
                || (long)last - first >= Most)
            throw new ImageSetException(
                $"{whole}: {{{inside}}} is no range from a smaller to a larger number. A " +
                $"range is written as in shard-{{000..146}}.tar.");
        return Enumerable.Range(first, last - first + 1)
            .Select(number => number.ToString(CultureInfo.InvariantCulture).PadLeft(from.Length, '0'));
    }
}
