using System.Globalization;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>One thing of a protocol that <c>--set name=value</c> changes.</summary>
/// <param name="Name">Lower-case, words joined by underscores.</param>
/// <param name="Default">Its text form where nothing is set.</param>
/// <param name="Allowed">What is allowed, in words that follow "must be".</param>
/// <param name="Meaning">What it is, its unit, and the source of the default.</param>
public sealed record ProtocolSetting(string Name, string Default, string Allowed, string Meaning)
{
    private Func<string, bool> IsAllowed { get; init; } = _ => true;

    /// <summary>A whole number within bounds.</summary>
    public static ProtocolSetting Whole(string name, int value, int least, int most, string meaning) =>
        new(name, value.ToString(CultureInfo.InvariantCulture), $"a whole number from {least} to {most}", meaning)
        {
            IsAllowed = text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n)
                && n >= least && n <= most,
        };

    /// <summary>A number within bounds.</summary>
    public static ProtocolSetting Number(string name, double value, double least, double most, string meaning) =>
        new(name, Text(value), $"a number from {Text(least)} to {Text(most)}", meaning)
        {
            IsAllowed = text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double n)
                && n >= least && n <= most,
        };

    /// <summary>Whole numbers with commas between, each within bounds.</summary>
    public static ProtocolSetting WholeList(string name, string value, int least, int most, string meaning) =>
        new(name, value, $"whole numbers from {least} to {most} with commas between", meaning)
        {
            IsAllowed = text => Array.TrueForAll(text.Split(','), part =>
                int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n) && n >= least
                    && n <= most),
        };

    /// <summary>Numbers with commas between, each within bounds.</summary>
    public static ProtocolSetting NumberList(string name, string value, double least, double most, string meaning) =>
        new(name, value, $"numbers from {Text(least)} to {Text(most)} with commas between", meaning)
        {
            IsAllowed = text => Array.TrueForAll(text.Split(','), part =>
                double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double n) && n >= least && n <= most),
        };

    /// <summary>One of several words, the first of them by default.</summary>
    public static ProtocolSetting Choice(string name, string meaning, params string[] words) =>
        new(name, words[0], string.Join(" or ", words), meaning) { IsAllowed = words.Contains };

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ProtocolSetting Switch(string name, bool value, string meaning) =>
        new(name, value ? "true" : "false", "true or false", meaning) { IsAllowed = text => text is "true" or "false" };

    /// <summary>A path or another free text.</summary>
    public static ProtocolSetting Free(string name, string value, string meaning) => new(name, value, "any text", meaning);

    /// <summary>Whether a text is a value of this setting.</summary>
    public bool Accepts(string text) => IsAllowed(text);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
