using System.Text.RegularExpressions;

namespace SpotArtifacts.Studio.Runs;

/// <summary>What each key of a recipe means: the comments in <c>recipes/tiny32.yaml</c>, which documents them all.</summary>
internal static partial class RecipeDocumentation
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> s_meanings = new(Read);

    /// <summary>The meaning of a key or a section; empty where its name says it all.</summary>
    internal static string Of(string key) => s_meanings.Value.GetValueOrDefault(key, "");

    /// <summary>Names that are documented.</summary>
    internal static IEnumerable<string> Names => s_meanings.Value.Keys;

    private static Dictionary<string, string> Read()
    {
        using Stream yaml = typeof(RecipeDocumentation).Assembly.GetManifestResourceStream("SpotArtifacts.Studio.tiny32.yaml")!;
        using StreamReader reader = new(yaml);
        Dictionary<string, string> meanings = [];
        string section = "";
        while (reader.ReadLine() is { } line)
        {
            if (Line().Match(line) is not { Success: true } match)
                continue;
            bool isInside = match.Groups["indent"].Length > 0;
            if (!isInside)
                section = match.Groups["value"].Length == 0 ? match.Groups["name"].Value : "";
            meanings[isInside ? $"{section}.{match.Groups["name"]}" : match.Groups["name"].Value] = match.Groups["comment"].Value;
        }
        return meanings;
    }

    [GeneratedRegex(@"^(?<indent> *)(?<name>[a-z0-9_]+): *(?<value>\[[^\]]*\]|[^ #]*) *(# *(?<comment>.*?))? *$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
