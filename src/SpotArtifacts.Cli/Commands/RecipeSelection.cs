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

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="defaultPreset">What its settings start from when neither option names anything.</param>
    public RecipeSelection(Command command, string? defaultPreset = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        _defaultPreset = defaultPreset;
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
        string? file = parsed.GetValue(_recipe);
        return RecipeResolution.Resolve(parsed.GetValue(_preset) ?? (file is null ? _defaultPreset : null), file,
            [.. parsed.GetValue(_set)!, .. more]);
    }
}
