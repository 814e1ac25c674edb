using System.Globalization;
using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Damage;

/// <summary>
/// What stands in a dropped entry: <c>local3 </c> (the method), <c>localK </c> for odd K, <c>global </c> or <c>zero </c>.
/// </summary>
public sealed record NeighborhoodFill
{
    private const string Local = "local";

    /// <summary>The longest side of a local window: beyond it the grid ends.</summary>
    public const int LongestWindow = 99;

    /// <summary>What is allowed, in words that follow "must be".</summary>
    internal const string Allowed = "local3, local5, ... local99 (odd), global or zero";

    private readonly int _window;
    private readonly bool _global;

    private NeighborhoodFill(int window, bool global) => (_window, _global) = (window, global);

    /// <summary>The mean over 3 x 3 neighbours: the method.</summary>
    public static NeighborhoodFill Local3 { get; } = new(3, false);

    /// <summary>Reads a fill's name.</summary>
    /// <returns>Null when the name is none of the forms, or the window is even or not between 3 and <see cref="LongestWindow"/>.
    /// </returns>
    public static NeighborhoodFill? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is "global" or "zero")
            return new NeighborhoodFill(0, text == "global");
        if (!text.StartsWith(Local, StringComparison.Ordinal))
            return null;
        bool number = int.TryParse(text.AsSpan(Local.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int window);
        // "local03" is no other fill than local3, and has one name only.
        bool sound = number && window is >= 3 and <= LongestWindow && window % 2 == 1 && text[Local.Length] != '0';
        return sound ? new NeighborhoodFill(window, false) : null;
    }

    /// <summary>The name, as <see cref="Parse"/> reads it.</summary>
    public override string ToString() =>
        _global ? "global" : _window == 0 ? "zero" : string.Create(CultureInfo.InvariantCulture, $"{Local}{_window}");

    /// <summary>
    /// A(phi): the value each entry would be replaced by, (B, C, M, N). Border windows count real neighbours only.
    /// </summary>
    public Tensor Forward(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (_global)
            return features.mean([2, 3], keepdim: true);
        return _window == 0 ? zeros_like(features) : Operations.NeighborhoodMean(features, _window);
    }
}
