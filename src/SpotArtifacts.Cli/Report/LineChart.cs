namespace SpotArtifacts.Cli.Report;

/// <summary>Several curves over one pair of axes.</summary>
public sealed record LineChart
{
    /// <summary>What the chart shows: its name for people who cannot see it; not printed.</summary>
    public required string Title { get; init; }

    /// <summary>Name and unit of the horizontal axis.</summary>
    public required string XLabel { get; init; }

    /// <summary>Name and unit of the vertical axis.</summary>
    public required string YLabel { get; init; }

    /// <summary>The curves; later ones are drawn over earlier ones.</summary>
    public required IReadOnlyList<ChartSeries> Series { get; init; }

    /// <summary>A value the vertical axis must reach down to, such as 0; null: only as far as the data.</summary>
    public double? YFrom { get; init; }

    /// <summary>A value the vertical axis must reach up to, such as 1; null: only as far as the data.</summary>
    public double? YTo { get; init; }
}

/// <summary>One curve. A non-finite coordinate interrupts it.</summary>
public sealed record ChartSeries
{
    /// <summary>A curve through points in the given order.</summary>
    /// <param name="name">Its name in the legend.</param>
    /// <param name="x">Horizontal coordinates, (n).</param>
    /// <param name="y">Vertical coordinates, (n).</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public ChartSeries(string name, IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count)
            throw new ArgumentException($"series '{name}' has {x.Count} x and {y.Count} y", nameof(y));
        Name = name;
        X = x;
        Y = y;
    }

    /// <summary>Its name in the legend.</summary>
    public string Name { get; }

    /// <summary>Horizontal coordinates, (n).</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>Vertical coordinates, (n).</summary>
    public IReadOnlyList<double> Y { get; }
}
