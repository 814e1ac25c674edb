using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Studio.Starting;

/// <summary>What the form of a new run says.</summary>
internal sealed class NewRunRequest
{
    private Recipe _base = Presets.Get(Presets.Default);

    /// <summary>Name of the run's folder.</summary>
    internal string Name { get; set; } = "";

    /// <summary>Where its images are.</summary>
    internal string Images { get; set; } = "";

    /// <summary>Where it computes.</summary>
    internal string Device { get; set; } = "cpu";

    /// <summary>What it computes in.</summary>
    internal string Precision { get; set; } = "f32";

    /// <summary>What its settings start from.</summary>
    internal string Preset
    {
        get => _base.Preset;
        set => _base = Presets.Get(value);
    }

    /// <summary>Settings that were changed, by key.</summary>
    internal Dictionary<string, string> Changed { get; } = [];

    /// <summary>The value of a setting, as text.</summary>
    internal string this[string key]
    {
        get => Changed.TryGetValue(key, out string? text) ? text : RecipeKeys.All.Find(key)!.Get(_base);
        set
        {
            string text = value.Trim();
            if (text == RecipeKeys.All.Find(key)!.Get(_base))
                Changed.Remove(key);
            else
                Changed[key] = text;
        }
    }

    /// <summary>What is wrong with one setting, or null.</summary>
    internal string? ProblemOf(string key) => Changed.TryGetValue(key, out string? text)
        && !RecipeKeys.All.Find(key)!.TrySet(_base, text, out _) ? $"must be {RecipeKeys.All.Find(key)!.Allowed}" : null;

    /// <summary>The changed settings as <c>--set</c> takes them.</summary>
    internal IEnumerable<string> Assignments => Changed.Select(pair => $"{pair.Key}={pair.Value}");

    /// <summary>The recipe, resolved and validated as on the command line.</summary>
    /// <exception cref="RecipeException">Something in it is not allowed, or does not go together.</exception>
    internal Recipe Resolve() => RecipeResolution.Resolve(Preset, null, Assignments);
}
