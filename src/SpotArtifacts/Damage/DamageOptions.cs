namespace SpotArtifacts.Damage;

/// <summary>How damage is done (method.md section 3, Damage).</summary>
public sealed record DamageOptions
{
    /// <summary>Probability that a feature entry is dropped (theta), above 0 and below 1.</summary>
    public double DropRate { get; init; } = 0.7;

    /// <summary>Drop rate of the last step, reached linearly; null: as at the first.</summary>
    public double? DropRateEnd { get; init; }

    /// <summary>
    /// Side of the blocks of feature entries that are dropped together, 1 (the method) to the bottleneck grid's side. The share of
    /// dropped entries stays the drop rate.
    /// </summary>
    public int Block { get; init; } = 1;

    /// <summary>
    /// What stands in a dropped entry: <c>local3 </c>, <c>local5 </c>, ... <c>local99 </c> (odd), <c>global </c> or <c>zero </c>.
    /// </summary>
    public NeighborhoodFill Fill { get; init; } = NeighborhoodFill.Local3;
}
