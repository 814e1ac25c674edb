using System.CommandLine;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Commands;

/// <summary>The three options that make a recipe, for every command that needs one.</summary>
internal sealed class RecipeSelection
{
    private readonly Option<string?> _preset = new("--preset")
    {
        Description = "What the settings start from (spot presets lists them).",
        HelpName = "NAME",
    };

    private readonly Option<string?> _recipe = new("--recipe")
    {
        Description = "A YAML file of settings; counts over the preset.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "One setting, for example spotting.learning_rate=1e-3; counts over the file. May be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly string? _defaultPreset;
    private readonly IReadOnlyList<string> _defaultSettings;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="defaultPreset">What its settings start from when neither preset nor recipe is named.</param>
    /// <param name="defaultSettings">As <c>key=value</c>, what counts over that preset then.</param>
    public RecipeSelection(Command command, string? defaultPreset = null, params IReadOnlyList<string> defaultSettings)
    {
        ArgumentNullException.ThrowIfNull(command);
        _defaultPreset = defaultPreset;
        _defaultSettings = defaultSettings;
        _preset.CompletionSources.Add([.. Presets.All.Select(known => known.Preset)]);
        command.Options.Add(_preset);
        command.Options.Add(_recipe);
        command.Options.Add(_set);
    }

    /// <summary>The resolved, validated recipe of a command line.</summary>
    /// <exception cref="RecipeException">Something in it is unknown, not allowed, or does not go together.</exception>
    /// <param name="parsed">The command line.</param>
    /// <param name="more">Settings of other options of the command, as <c>key=value</c>; count over all.</param>
    public Recipe Resolve(ParseResult parsed, params IEnumerable<string> more)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        (string? preset, string? file) = (parsed.GetValue(_preset), parsed.GetValue(_recipe));
        bool isNamed = preset is not null || file is not null;
        return RecipeResolution.Resolve(isNamed ? preset : _defaultPreset, file,
            [.. isNamed ? [] : _defaultSettings, .. parsed.GetValue(_set)!, .. more]);
    }
}
