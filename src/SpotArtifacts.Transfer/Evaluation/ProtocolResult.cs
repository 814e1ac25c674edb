namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>One number of a result, or what several seeds or folds gave for it.</summary>
/// <param name="Name">What is measured: <c>top1</c>, <c>map_11point</c>, <c>miou</c>.</param>
/// <param name="Part">Of what: a layer (<c>conv3</c>), a class (<c>aeroplane</c>), a size (<c>100 labels</c>); empty for the
/// whole.</param>
/// <param name="Values">One for each seed or fold, 1 or more; fractions 0 to 1 unless <paramref name="IsFraction"/> is
/// false.</param>
/// <param name="IsFraction">Whether it is printed in percent.</param>
public sealed record Metric(string Name, string Part, IReadOnlyList<double> Values, bool IsFraction = true)
{
    /// <summary>Mean of the values.</summary>
    public double Mean => Metrics.Mean(Values);

    /// <summary>Sample standard deviation of the values (divisor n - 1); null for one value.</summary>
    public double? Deviation => Metrics.Deviation(Values);
}

/// <summary>What a protocol found of one network, with all that moved the number.</summary>
/// <param name="Protocol">Name of the protocol.</param>
/// <param name="Network">Name of the network.</param>
/// <param name="Metrics">The numbers, the one the protocol is known by first.</param>
/// <param name="Settings">The protocol's settings.</param>
/// <param name="Facts">What else moved the number and cannot be set: split, folds, optimiser, head, grids, numbers of images,
/// seeds, last or best epoch.</param>
public sealed record ProtocolResult(
    string Protocol, string Network, IReadOnlyList<Metric> Metrics, ProtocolSettings Settings,
    IReadOnlyList<(string Name, string Value)> Facts);
