using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

/// <summary>Numbers and tensors that tests of the engine start from; the same in every run.</summary>
internal static class Numbers
{
    /// <summary>Uniform in [-1, 1), exact in Float32.</summary>
    public static double[] Of(int seed, long count)
    {
        var random = new Random(seed);
        double[] numbers = new double[count];
        for (long i = 0; i < count; i++)
            numbers[i] = (float)(2 * random.NextDouble() - 1);
        return numbers;
    }

    public static float[] FloatsOf(int seed, long count) => Array.ConvertAll(Of(seed, count), x => (float)x);

    public static Tensor Floats(int seed, params long[] shape) => tensor(FloatsOf(seed, Count(shape)), shape);

    public static Tensor Doubles(int seed, params long[] shape) => tensor(Of(seed, Count(shape)), shape);

    public static Tensor Tensor(float[] values, params long[] shape) => tensor(values, shape);

    public static long Count(long[] shape) => shape.Aggregate(1L, (a, b) => a * b);

    /// <summary>Compares with a tolerance relative to the largest expected value.</summary>
    public static void AssertClose(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        double scale = expected.Count == 0 ? 1 : Math.Max(1e-3, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Count; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale,
                $"[{i}]: expected {expected[i]}, got {actual[i]}");
    }

    /// <summary>How far a result is from the exact one (Float64), as a share of its length.</summary>
    public static double Deviation(Tensor actual, Tensor exact) =>
        ((actual.to(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>();

    /// <summary>Row-major values, whatever the layout.</summary>
    public static double[] Values(this Tensor tensor)
    {
        using Tensor wide = tensor.detach().to(ScalarType.Float64), flat = wide.contiguous();
        return [.. TensorMemory.Span<double>(flat)];
    }

    public static Tensor ChannelsLast(this Tensor tensor) => TensorMemory.ToChannelsLast(tensor);
}
