namespace SpotArtifacts.Pretraining;

/// <summary>One value given to one key, and where it was given, for messages.</summary>
internal sealed record RecipeAssignment(string Key, string Text, string Where)
{
    /// <summary>The recipe with this assignment made.</summary>
    public Recipe Apply(Recipe recipe)
    {
        RecipeKey key = RecipeKeys.All.FirstOrDefault(key => key.Name == Key) ?? throw UnknownKey(Key, Where);
        return key.TrySet(recipe, Text, out Recipe changed)
            ? changed
            : throw new RecipeException($"{Where}: {Key} is '{Text}', but must be {key.Allowed}.");
    }

    /// <summary>What to say of a key that does not exist.</summary>
    public static RecipeException UnknownKey(string key, string where)
    {
        IEnumerable<string> names = RecipeKeys.All.Select(known => known.Name).Append(RecipeKeys.Preset);
        string nearest = names.MinBy(known => Distance(key, known))!;
        return new RecipeException($"{where}: there is no key '{key}'; the nearest known key is '{nearest}'.");
    }

    // A right name in the wrong section is nearer than any misspelling.
    private static int Distance(string given, string known) =>
        LastPart(given) == LastPart(known) ? 1 : EditDistance(given, known);

    private static string LastPart(string key) => key[(key.LastIndexOf('.') + 1)..];

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
