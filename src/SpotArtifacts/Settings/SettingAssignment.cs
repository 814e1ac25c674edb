namespace SpotArtifacts.Settings;

/// <summary><c>name=value</c>, as <c>--set</c> takes it.</summary>
internal readonly record struct SettingAssignment(string Name, string Text)
{
    /// <summary>The two sides of the first equals sign without spaces around them, or null where there is no name.</summary>
    internal static SettingAssignment? Read(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        return equals < 1 ? null : new SettingAssignment(assignment[..equals].Trim(), assignment[(equals + 1)..].Trim());
    }

    /// <summary>What to say of a name that does not exist.</summary>
    internal static string Unknown(string name, IEnumerable<string> known) =>
        $"there is no key '{name}'; the nearest known key is '{known.MinBy(other => Distance(name, other))}'.";

    // A right name in the wrong section is nearer than any misspelling.
    private static int Distance(string given, string known) =>
        LastPart(given) == LastPart(known) ? 1 : EditDistance(given, known);

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    /// <summary>Levenshtein's: the fewest characters to insert, delete or replace.</summary>
    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[^1];
    }
}
