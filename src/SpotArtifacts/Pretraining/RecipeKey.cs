using System.Globalization;
using SpotArtifacts.Damage;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// One setting of a recipe: its dotted name, what it allows, and its text form. Files, <c>--set</c> and the resolved
/// recipe all go through the same text, so a value means the same wherever it is written.
/// </summary>
internal abstract class RecipeKey(string name, string allowed)
{
    /// <summary>Dotted snake_case name, for example <c>spotting.learning_rate</c>.</summary>
    public string Name { get; } = name;

    /// <summary>What is allowed, in words that follow "must be".</summary>
    public string Allowed { get; } = allowed;

    /// <summary>The recipe's value as text that <see cref="TrySet"/> reads back to the same value.</summary>
    public abstract string Get(Recipe recipe);

    /// <summary>Whether the recipe's value is within what is allowed.</summary>
    public abstract bool IsValid(Recipe recipe);

    /// <summary>The recipe with this value, or false where the text is no value of this key or is out of range.</summary>
    public abstract bool TrySet(Recipe recipe, string text, out Recipe changed);
}

/// <summary>A setting of type <typeparamref name="T"/>.</summary>
internal sealed class RecipeKey<T>(
    string name,
    string allowed,
    RecipeText<T> text,
    Func<T, bool> isAllowed,
    Func<Recipe, T> get,
    Func<Recipe, T, Recipe> set) : RecipeKey(name, allowed)
{
    public override string Get(Recipe recipe) => text.Write(get(recipe));

    public override bool IsValid(Recipe recipe) => isAllowed(get(recipe));

    public override bool TrySet(Recipe recipe, string value, out Recipe changed)
    {
        changed = recipe;
        if (!text.TryRead(value, out T read) || !isAllowed(read))
            return false;
        changed = set(recipe, read);
        return true;
    }
}

/// <summary>Text form of a type of value.</summary>
internal abstract class RecipeText<T>
{
    public abstract bool TryRead(string text, out T value);

    public abstract string Write(T value);
}

/// <summary>Whole numbers.</summary>
internal sealed class WholeNumberText : RecipeText<long>
{
    public override bool TryRead(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public override string Write(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Numbers; written as the shortest text that reads back to the same double.</summary>
internal sealed class NumberText : RecipeText<double>
{
    public override bool TryRead(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public override string Write(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary><c>true</c> and <c>false</c>: YAML 1.2 knows no other spelling.</summary>
internal sealed class SwitchText : RecipeText<bool>
{
    public override bool TryRead(string text, out bool value)
    {
        value = text == "true";
        return value || text == "false";
    }

    public override string Write(bool value) => value ? "true" : "false";
}

/// <summary>Text as it is.</summary>
internal sealed class PlainText : RecipeText<string>
{
    public override bool TryRead(string text, out string value)
    {
        value = text;
        return true;
    }

    public override string Write(string value) => value;
}

/// <summary>Names of fills: <c>local3</c>.</summary>
internal sealed class FillText : RecipeText<NeighborhoodFill>
{
    public override bool TryRead(string text, out NeighborhoodFill value)
    {
        NeighborhoodFill? fill = NeighborhoodFill.Parse(text);
        value = fill ?? NeighborhoodFill.Local3;
        return fill is not null;
    }

    public override string Write(NeighborhoodFill value) => value.ToString();
}

/// <summary>Lists of whole numbers: <c>[32, 64, 128]</c>.</summary>
internal sealed class WholeNumbersText : RecipeText<IReadOnlyList<int>>
{
    public override bool TryRead(string text, out IReadOnlyList<int> value)
    {
        value = [];
        if (!text.StartsWith('[') || !text.EndsWith(']'))
            return false;
        string[] parts = text[1..^1].Split(',', StringSplitOptions.TrimEntries);
        int[] numbers = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }

        value = numbers;
        return true;
    }

    public override string Write(IReadOnlyList<int> value) =>
        "[" + string.Join(", ", value.Select(number => number.ToString(CultureInfo.InvariantCulture))) + "]";
}

/// <summary>Names of an enumeration in snake_case: <c>swapped_labels</c>.</summary>
internal sealed class NameText<T> : RecipeText<T>
    where T : struct, Enum
{
    private static readonly (string Name, T Value)[] s_known =
        [.. Enum.GetValues<T>().Select(value => (SnakeCase(value.ToString()), value))];

    /// <summary>All names, as a list in words.</summary>
    public static string Names { get; } = string.Join(" or ", s_known.Select(known => known.Name));

    public override bool TryRead(string text, out T value)
    {
        foreach ((string name, T known) in s_known)
        {
            value = known;
            if (name == text)
                return true;
        }

        value = default;
        return false;
    }

    public override string Write(T value) => SnakeCase(value.ToString());

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => (i > 0 && char.IsAsciiLetterUpper(c) ? "_" : "") + char.ToLowerInvariant(c)));
}
