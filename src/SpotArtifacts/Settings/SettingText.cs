using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SpotArtifacts.Damage;

namespace SpotArtifacts.Settings;

/// <summary>Text form of a type of value: several spellings may be read, one is written.</summary>
/// <param name="TryRead">Reads a value, or says that the text is none.</param>
/// <param name="Write">Text that is read back to the same value.</param>
internal sealed record SettingText<T>(SettingText<T>.Reading TryRead, Func<T, string> Write)
{
    internal delegate bool Reading(string text, out T value);
}

/// <summary>The text forms there are.</summary>
internal static class SettingText
{
    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;

    /// <summary>Numbers; written as the shortest text that reads back to the same double.</summary>
    internal static SettingText<double> Number { get; } = new(ReadNumber, value => value.ToString("R", s_invariant));

    /// <summary>Numbers of a list: small ones are written without exponent where nothing is lost, as <c>0.00001</c>.</summary>
    internal static SettingText<double> PlainNumber { get; } = new(ReadNumber, value =>
    {
        string digits = value.ToString("0.####################", s_invariant);
        return ReadNumber(digits, out double read) && read.Equals(value) ? digits : Number.Write(value);
    });

    /// <summary>Numbers, or a word for none.</summary>
    internal static SettingText<double?> NumberOr(string none) => new(
        (text, out value) =>
        {
            bool isNumber = ReadNumber(text, out double number);
            value = isNumber ? number : null;
            return isNumber || text == none;
        },
        value => value is { } number ? Number.Write(number) : none);

    /// <summary><c>true</c> and <c>false</c>: YAML 1.2 knows no other spelling.</summary>
    internal static SettingText<bool> Switch { get; } =
        new((text, out value) => (value = text == "true") || text == "false", value => value ? "true" : "false");

    /// <summary>Text as it is.</summary>
    internal static SettingText<string> Plain { get; } = new((text, out value) => (value = text) is not null, value => value);

    /// <summary>Names of fills: <c>local3</c>.</summary>
    internal static SettingText<NeighborhoodFill> Fill { get; } =
        new((text, out value) => (value = NeighborhoodFill.Parse(text)!) is not null, value => value.ToString());

    /// <summary>Whole numbers.</summary>
    internal static SettingText<T> WholeNumber<T>()
        where T : struct, IBinaryInteger<T> => new(
            (text, out value) => T.TryParse(text, NumberStyles.AllowLeadingSign, s_invariant, out value),
            value => value.ToString(null, s_invariant));

    /// <summary>Lists: <c>[32, 64]</c> as in YAML and <c>32,64</c>, which needs no quotes in a shell, are both read.</summary>
    /// <param name="item">Text form of one value.</param>
    /// <param name="asYaml">Which of the two is written.</param>
    internal static SettingText<IReadOnlyList<T>> List<T>(SettingText<T> item, bool asYaml = false) => new(
        (text, out values) =>
        {
            string[] parts = (text is ['[', .., ']'] ? text[1..^1] : text).Split(',', StringSplitOptions.TrimEntries);
            T[] read = new T[parts.Length];
            values = read;
            return parts.Index().All(part => item.TryRead(part.Item, out read[part.Index]));
        },
        values => asYaml ? $"[{string.Join(", ", values.Select(item.Write))}]" : string.Join(',', values.Select(item.Write)));

    /// <summary>Names of an enumeration in snake_case: <c>swapped_labels</c>.</summary>
    internal static SettingText<T> Name<T>()
        where T : struct, Enum => new(
            (text, out value) =>
            {
                value = Array.Find(Enum.GetValues<T>(), known => NameOf(known) == text);
                return NameOf(value) == text;
            },
            NameOf);

    /// <summary>All names of an enumeration, as a list in words.</summary>
    internal static string Names<T>()
        where T : struct, Enum => string.Join(" or ", Enum.GetValues<T>().Select(NameOf));

    /// <summary>All texts of an enumeration or of a switch; none for other types.</summary>
    internal static IReadOnlyList<string> ChoicesOf<T>() => typeof(T) == typeof(bool) ? ["true", "false"]
        : typeof(T).IsEnum ? [.. Enum.GetNames(typeof(T)).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)] : [];

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static bool ReadNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, s_invariant, out value);
}
