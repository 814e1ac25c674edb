using SpotArtifacts.Images.Files;
using SpotArtifacts.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// A recipe as YAML: sections of snake_case keys, each optional. Reading keeps the assignments apart from the recipe,
/// since what a file leaves out comes from the preset beneath it.
/// </summary>
public sealed class RecipeFile
{
    private readonly List<(string Key, string Text, string Where)> _assignments = [];
    private readonly string _name;

    private RecipeFile(string name) => _name = name;

    /// <summary>The preset the file names as its base, or null.</summary>
    public string? Preset { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="RecipeException">There is no such file, or it is no recipe.</exception>
    public static RecipeFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException($"{path}: the recipe cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads YAML; the name stands for it in messages.</summary>
    /// <exception cref="RecipeException">It is no recipe.</exception>
    public static RecipeFile Parse(string yaml, string name)
    {
        RecipeFile file = new(name);
        YamlStream stream = [];
        try
        {
            using StringReader reader = new(yaml);
            stream.Load(reader);
        }
        catch (YamlException error)
        {
            throw new RecipeException($"{name}:{error.Start.Line}: this is not YAML: {error.Message}", error);
        }

        if (stream.Documents.Count > 1)
            throw new RecipeException($"{name}: a recipe is one YAML document, but here are {stream.Documents.Count}.");
        if (stream.Documents.Count == 1 && !IsEmpty(stream.Documents[0].RootNode))
            file.ReadSection("", stream.Documents[0].RootNode);
        return file;
    }

    /// <summary>The recipe with everything set that the file sets.</summary>
    /// <exception cref="RecipeException">An unknown key, or a value that is not allowed.</exception>
    public Recipe Apply(Recipe recipe)
    {
        foreach ((string key, string text, string where) in _assignments)
            recipe = RecipeKeys.Set(recipe, key, text, where);
        return recipe;
    }

    /// <summary>The whole recipe as YAML. Reading it back gives the same values, to the last bit.</summary>
    public static string ToYaml(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        System.Text.StringBuilder yaml = new($"{RecipeKeys.Preset}: {Quoted(recipe.Preset)}\n");
        string section = "";
        foreach (SettingKey<Recipe> key in RecipeKeys.All)
        {
            (string keySection, string lastPart) = Split(key.Name);
            if (keySection != section)
                yaml.Append('\n').Append(keySection).Append(":\n");
            section = keySection;
            yaml.Append(section.Length > 0 ? "  " : "").Append(lastPart).Append(": ").Append(key.Get(recipe)).Append('\n');
        }

        return yaml.ToString();
    }

    /// <summary>Writes the whole recipe; a reader sees the old file or the new one, never a part.</summary>
    public static void Write(Recipe recipe, string path) => AtomicFile.WriteText(path, ToYaml(recipe));

    private void ReadSection(string section, YamlNode node)
    {
        string what = section.Length > 0 ? section : "a recipe";
        if (node is not YamlMappingNode mapping)
            throw new RecipeException($"{At(node)}: {what} must be keys with values, each as 'key: value'.");
        foreach ((YamlNode keyNode, YamlNode value) in mapping.Children)
        {
            string part = (keyNode as YamlScalarNode)?.Value
                ?? throw new RecipeException($"{At(keyNode)}: a key must be a name.");
            string key = section.Length > 0 ? $"{section}.{part}" : part;
            if (RecipeKeys.All.Any(known => known.Name.StartsWith(key + ".", StringComparison.Ordinal)))
            {
                // A section whose keys are all commented out is empty, not wrong.
                if (!IsEmpty(value))
                    ReadSection(key, value);
            }
            else
                ReadValue(key, keyNode, value);
        }
    }

    private void ReadValue(string key, YamlNode keyNode, YamlNode value)
    {
        if (key != RecipeKeys.Preset && RecipeKeys.All.Find(key) is null)
            throw RecipeKeys.Unknown(key, At(keyNode));
        string text = value switch
        {
            YamlScalarNode scalar => scalar.Value ?? "",
            YamlSequenceNode list when list.Children.All(child => child is YamlScalarNode) =>
                $"[{string.Join(", ", list.Children)}]",
            _ => throw new RecipeException($"{At(value)}: {key} must be one value or a list of values."),
        };
        if (key == RecipeKeys.Preset)
            Preset = text;
        else
            _assignments.Add((key, text, At(value)));
    }

    private string At(YamlNode node) => $"{_name}:{node.Start.Line}";

    private static bool IsEmpty(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    private static (string Section, string LastPart) Split(string key)
    {
        int dot = key.LastIndexOf('.');
        return dot < 0 ? ("", key) : (key[..dot], key[(dot + 1)..]);
    }

    private static string Quoted(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') && char.IsAsciiLetter(text[0])
            ? text
            : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
