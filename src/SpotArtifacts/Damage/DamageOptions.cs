namespace SpotArtifacts.Damage;

/// <summary>How damage is done (method.md section 3, Damage).</summary>
public sealed record DamageOptions
{
    /// <summary>Probability that a feature entry is dropped (theta), above 0 and below 1.</summary>
    public double DropRate { get; init; } = 0.7;

    /// <summary>
    /// What stands in a dropped entry: <c>local3 </c>, <c>local5 </c>, ... <c>local99 </c> (odd), <c>global </c> or <c>zero </c>.
    /// </summary>
    public NeighborhoodFill Fill { get; init; } = NeighborhoodFill.Local3;
}
