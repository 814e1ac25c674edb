using System.Globalization;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Damage;

/// <summary>What stands in a dropped entry: <c>local3</c> (the method), <c>localK</c> for odd K, <c>global</c> or <c>zero</c>.</summary>
public sealed record NeighborhoodFill
{
    private readonly int _window;
    private readonly bool _global;

    private NeighborhoodFill(int window, bool global) => (_window, _global) = (window, global);

    /// <summary>Reads a fill's name.</summary>
    /// <returns>False when the name is none of the four forms.</returns>
    public static bool TryParse(string text, out NeighborhoodFill fill)
    {
        ArgumentNullException.ThrowIfNull(text);
        fill = new NeighborhoodFill(0, text == "global");
        if (text is "global" or "zero") return true;
        if (!text.StartsWith("local", StringComparison.Ordinal)) return false;
        bool odd = int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int window) && window % 2 == 1;
        fill = new NeighborhoodFill(window, false);
        return odd;
    }

    /// <summary>A(phi): the value each entry would be replaced by, (B, C, M, N). Border windows count real neighbours only.</summary>
    public Tensor Forward(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (_global) return features.Mean([2, 3], keep: true);
        return _window == 0 ? features.ZerosLike() : Functions.NeighborhoodMean(features, _window);
    }
}
