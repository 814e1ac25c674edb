using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class LocalResponseNormTests
{
    private const double K = 1.5;

    public static TheoryData<int, int, int, bool> Shapes()
    {
        TheoryData<int, int, int, bool> shapes = [];
        foreach ((int batch, int channels, int size) in ((int, int, int)[])[(1, 1, 1), (2, 3, 3), (2, 4, 5), (2, 7, 5),
            (3, 16, 5), (2, 17, 7), (1, 24, 5), (1, 96, 5)])
            foreach (bool last in (bool[])[false, true])
                shapes.Add(batch, channels, size, last);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void LocalResponseNorm_AnyLayout_AgreesWithTheDefinitionForwardAndBackward(int batch, int channels, int size,
        bool channelsLast)
    {
        foreach ((double alpha, double beta) in ((double, double)[])[(2e-5, 0.75), (0.3, 0.75), (0.3, 0.5)])
            foreach (int side in (int[])[1, 3, 6])
                Check(new Case(batch, channels, side, size, alpha, beta), channelsLast);
    }

    // 600 rows are several blocks; the last block is cut, the last vector overlaps.
    [Fact]
    public void Kernels_RandomShapes_AreTheScalarOnesBitForBit()
    {
        var random = new Random(7);
        for (int trial = 0; trial < 150; trial++)
        {
            int channels = random.Next(1, trial % 10 == 0 ? 3000 : 130), count = random.Next(1, trial % 10 == 0 ? 4 : 600);
            var rows = new LocalResponseRows(channels, random.Next(0, 4), (float)random.NextDouble(),
                0.5f + (float)random.NextDouble());
            float[] x = Numbers.FloatsOf(trial, channels * count), dy = Numbers.FloatsOf(1000 + trial, x.Length);
            float[] y = new float[x.Length], expected = new float[x.Length], dx = new float[x.Length],
            gradient = new float[x.Length];

            LocalResponseNormKernel.ForwardScalar(x, expected, rows);
            LocalResponseNormKernel.Forward(x, y, rows);
            LocalResponseNormKernel.BackwardScalar(dy, x, gradient, rows);
            LocalResponseNormKernel.Backward(dy, x, dx, rows);

            Assert.True(expected.AsSpan().SequenceEqual(y), $"forward of {rows}, {count} rows");
            Assert.True(gradient.AsSpan().SequenceEqual(dx), $"backward of {rows}, {count} rows");
        }
    }

    [Theory]
    [InlineData(3, 0.75)]
    [InlineData(5, 0.75)]
    [InlineData(5, 0.6)]
    public void LocalResponseNorm_Float64_HasTheGradientOfCentralDifferences(int size, double beta) => GradientCheck.Of(
        x => Operations.LocalResponseNorm(x, size, 0.25, beta, K), Numbers.Of(1, 2 * 6 * 4), 2, 6, 2, 2);

    [Fact]
    public void LocalResponseNorm_LargeTensor_IsTheSameOnTwoThreads()
    {
        float[] On(int threads)
        {
            using DisposeScope scope = NewDisposeScope();
            NativeEngine.ThreadCount = threads;
            Tensor x = Numbers.Floats(1, 16, 40, 16, 16).ChannelsLast().requires_grad_();
            Tensor y = Operations.LocalResponseNorm(x, 5, 0.3, 0.75, 1);
            return [.. y.ToArray<float>(), .. Gradients.Of([y], [x], outputGradients: [Numbers.Floats(2, 16, 40, 16, 16)])[0]
                .ToArray<float>()];
        }
        int before = NativeEngine.ThreadCount;

        Assert.Equal(On(1), On(2));

        NativeEngine.ThreadCount = before;
    }

    [Fact]
    public void LocalResponseNorm_HalfPrecision_IsComputedInFloatAndRounded()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = (Numbers.Floats(1, 2, 16, 3, 3) * 50).to(ScalarType.BFloat16).ChannelsLast(), wide = x.to(ScalarType.Float32);

        Tensor y = Operations.LocalResponseNorm(x, 5, 2e-5, 0.75, 1);

        Assert.Equal(ScalarType.BFloat16, y.dtype);
        Assert.Equal(Operations.LocalResponseNorm(wide, 5, 2e-5, 0.75, 1).to(ScalarType.BFloat16).Values(), y.Values());
    }

    [Fact]
    public void LocalResponseNorm_Empty_IsEmpty()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([0L, 4, 2, 2], Operations.LocalResponseNorm(zeros(0, 4, 2, 2), 5, 1, 0.75, 1).shape);
        Assert.Equal([2L, 0, 2, 2], Operations.LocalResponseNorm(zeros(2, 0, 2, 2), 5, 1, 0.75, 1).shape);
    }

    [Fact]
    public void LocalResponseNorm_View_IsTakenAsItLies()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 2, 4, 3, 5);

        Tensor view = Operations.LocalResponseNorm(x.transpose(2, 3), 3, 0.3, 0.75, 1);

        Assert.Equal(Operations.LocalResponseNorm(x, 3, 0.3, 0.75, 1).transpose(2, 3).Values(), view.Values());
    }

    [Fact]
    public void LocalResponseNorm_NotDifferentiated_RecordsNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 2, 16, 3, 3).requires_grad_();

        using (no_grad())
            Assert.False(Operations.LocalResponseNorm(x, 3, 0.3, 0.75, 1).requires_grad);
        Assert.True(Operations.LocalResponseNorm(x, 3, 0.3, 0.75, 1).requires_grad);
        Assert.False(Operations.LocalResponseNorm(x.detach(), 3, 0.3, 0.75, 1).requires_grad);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0)]
    [InlineData(-1)]
    public void LocalResponseNorm_EvenOrNoWindow_IsAnError(int size)
    {
        using Tensor x = Numbers.Floats(1, 1, 4, 2, 2);

        Assert.Contains("odd window",
            Assert.Throws<ArgumentException>(() => Operations.LocalResponseNorm(x, size, 1, 0.75, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void LocalResponseNorm_NotFourDimensions_IsAnError()
    {
        using Tensor x = Numbers.Floats(1, 4, 4);

        Assert.Contains("(B, C, H, W), not (4, 4) Float32",
            Assert.Throws<ArgumentException>(() => Operations.LocalResponseNorm(x, 5, 1, 0.75, 1)).Message,
            StringComparison.Ordinal);
    }

    private static void Check(Case c, bool channelsLast)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, c.Batch, c.Channels, c.Side, c.Side);
        if (channelsLast)
            x = x.ChannelsLast();
        x = x.detach().requires_grad_();
        Tensor y = Operations.LocalResponseNorm(x, c.Size, c.Alpha, c.Beta, K);
        // The gradient comes in the other layout than the input.
        Tensor dy = Numbers.Floats(2, c.Batch, c.Channels, c.Side, c.Side);
        Tensor dx = Gradients.Of([y], [x], outputGradients: [channelsLast ? dy : dy.ChannelsLast()])[0];
        (double[] expected, double[] gradient) = c.Compute(x.Values(), dy.Values());
        Numbers.AssertClose(expected, y.Values(), 1e-6);
        Numbers.AssertClose(gradient, dx.Values(), 1e-6);
    }

    private sealed record Case(int Batch, int Channels, int Side, int Size, double Alpha, double Beta)
    {
        private int Plane => Side * Side;

        public (double[] Y, double[] Dx) Compute(double[] x, double[] dy)
        {
            double[] s = new double[x.Length], y = new double[x.Length], dx = new double[x.Length];
            for (int i = 0; i < x.Length; i++)
            {
                s[i] = K + Alpha * Window(i).Sum(j => x[j] * x[j]);
                y[i] = x[i] * Math.Pow(s[i], -Beta);
            }
            for (int i = 0; i < x.Length; i++)
                dx[i] = dy[i] * Math.Pow(s[i], -Beta) - 2 * Alpha * Beta * x[i] * Window(i).Sum(j => dy[j] * y[j] / s[j]);
            return (y, dx);
        }

        private IEnumerable<int> Window(int i)
        {
            int channel = i / Plane % Channels;
            for (int c = Math.Max(0, channel - Size / 2); c <= Math.Min(Channels - 1, channel + Size / 2); c++)
                yield return i + (c - channel) * Plane;
        }
    }
}
