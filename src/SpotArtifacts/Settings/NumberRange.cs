namespace SpotArtifacts.Settings;

/// <summary>Which numbers are allowed.</summary>
/// <param name="Words">In words that follow "a number".</param>
/// <param name="Contains">Whether a number is; what is not a number never is.</param>
internal sealed record NumberRange(string Words, Func<double, bool> Contains)
{
    /// <summary>0 and 1 among them.</summary>
    internal static NumberRange Share { get; } = Between(0, 1);

    internal static NumberRange PositiveShare { get; } = new("above 0, 1 at most", v => v is > 0 and <= 1);

    internal static NumberRange BelowOne { get; } = new("from 0 to below 1", v => v is >= 0 and < 1);

    internal static NumberRange InsideOne { get; } = new("above 0 and below 1", v => v is > 0 and < 1);

    /// <summary>Both bounds among them.</summary>
    internal static NumberRange Between(double least, double most) =>
        new(FormattableString.Invariant($"from {least} to {most}"), v => v >= least && v <= most);
}
