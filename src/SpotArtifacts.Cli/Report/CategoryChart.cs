namespace SpotArtifacts.Cli.Report;

/// <summary>Curves over a few named places, equally far apart: layers, or numbers of labels.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="YLabel">Name and unit of the vertical axis.</param>
/// <param name="Categories">The places, left to right, 1 or more.</param>
/// <param name="Curves">The curves; later ones are drawn over earlier ones.</param>
internal sealed record CategoryChart(string Title, string YLabel, IReadOnlyList<string> Categories, IReadOnlyList<CategoryCurve> Curves);

/// <summary>One curve: a value and a spread for each place; where there is none, it is interrupted.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">One for each place; null for none. The spread is half the length of the error bar, 0 for no bar.</param>
internal sealed record CategoryCurve(string Name, IReadOnlyList<(double Value, double Spread)?> Points);
