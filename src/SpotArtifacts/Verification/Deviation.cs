namespace SpotArtifacts.Verification;

/// <summary>How far a computed tensor a is from the expected one b.</summary>
/// <param name="Max">max|a - b| / max|b|; of parameters after steps, max|change of a - change of b| / learning rate.</param>
/// <param name="L2">|a - b| / |b|; of parameters after steps, of the changes.</param>
internal readonly record struct Deviation(double Max, double L2)
{
    /// <summary>Deviation of values.</summary>
    public static Deviation Of(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected) =>
        Measure(actual, expected, default, null);

    /// <summary>Deviation of the changes since a start, the largest in units of the learning rate.</summary>
    public static Deviation OfChange(
        ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, ReadOnlySpan<float> start, double learningRate) =>
        Measure(actual, expected, start, learningRate);

    private static Deviation Measure(
        ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, ReadOnlySpan<float> start, double? unit)
    {
        double largest = 0, largestExpected = 0, squares = 0, squaresExpected = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]);
            double magnitude = Math.Abs(expected[i] - (start.IsEmpty ? 0.0 : start[i]));
            largest = Math.Max(largest, difference); // Max hands on what is not a number
            largestExpected = Math.Max(largestExpected, magnitude);
            squares += difference * difference;
            squaresExpected += magnitude * magnitude;
        }
        return new Deviation(Ratio(largest, unit ?? largestExpected), Ratio(Math.Sqrt(squares), Math.Sqrt(squaresExpected)));
    }

    // Infinite where anything but 0 is expected to be 0, and where something is not a number.
    private static double Ratio(double difference, double size) =>
        difference == 0 ? 0 : difference / size is var ratio && double.IsNaN(ratio) ? double.PositiveInfinity : ratio;
}
