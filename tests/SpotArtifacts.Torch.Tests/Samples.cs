namespace SpotArtifacts.Torch.Tests;

/// <summary>Numbers and tensors that tests start from; the same in every run.</summary>
internal static class Samples
{
    /// <summary>Uniform in [-1, 1).</summary>
    public static double[] Numbers(int seed, long count)
    {
        var random = new Random(seed);
        double[] numbers = new double[count];
        for (long i = 0; i < count; i++) numbers[i] = (float)(2 * random.NextDouble() - 1);
        return numbers;
    }

    public static float[] FloatArray(int seed, long count) => Array.ConvertAll(Numbers(seed, count), x => (float)x);

    public static Tensor Floats(int seed, params long[] shape) => Tensor.From<float>(FloatArray(seed, Count(shape)), shape);

    public static Tensor Doubles(int seed, params long[] shape) => Tensor.From<double>(Numbers(seed, Count(shape)), shape);

    public static long Count(long[] shape) => shape.Aggregate(1L, (a, b) => a * b);

    /// <summary>Compares with a tolerance relative to the largest expected value.</summary>
    public static void AssertClose(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        double scale = expected.Count == 0 ? 1 : Math.Max(1e-3, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Count; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale, $"[{i}]: expected {expected[i]}, got {actual[i]}");
    }

    public static double[] Values(this Tensor tensor) =>
        tensor.ElementType == ElementType.Float64 ? tensor.ToArray<double>() : Array.ConvertAll(tensor.ToArray<float>(), x => (double)x);
}
