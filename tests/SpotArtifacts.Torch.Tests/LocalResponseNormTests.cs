namespace SpotArtifacts.Torch.Tests;

public class LocalResponseNormTests
{
    private const double K = 1.5;

    [Theory]
    [InlineData(1, 1, 1, false)]
    [InlineData(2, 3, 3, false)]
    [InlineData(2, 4, 5, false)]
    [InlineData(2, 7, 5, false)]
    [InlineData(3, 16, 5, false)]
    [InlineData(2, 17, 7, false)]
    [InlineData(1, 96, 5, false)]
    [InlineData(1, 1, 1, true)]
    [InlineData(2, 3, 3, true)]
    [InlineData(2, 4, 5, true)]
    [InlineData(2, 7, 5, true)]
    [InlineData(3, 16, 5, true)]
    [InlineData(2, 17, 7, true)]
    [InlineData(1, 96, 5, true)]
    public void LocalResponseNorm_AnyLayout_AgreesWithTheDefinitionForwardAndBackward(int batch, int channels, int size, bool channelsLast)
    {
        foreach ((double alpha, double beta) in ((double, double)[])[(2e-5, 0.75), (0.3, 0.75), (0.3, 0.5)])
            foreach (int side in (int[])[1, 3, 6])
                Check(new Case(batch, channels, side, size, alpha, beta), channelsLast);
    }

    [Theory]
    [InlineData(3, 0.75)]
    [InlineData(5, 0.75)]
    [InlineData(5, 0.6)]
    public void LocalResponseNorm_Float64_HasTheGradientOfCentralDifferences(int size, double beta) => GradientCheck.Of(
        x => Functions.LocalResponseNorm(x, size, 0.25, beta, K), Samples.Numbers(1, 2 * 6 * 4), 2, 6, 2, 2);

    [Fact]
    public void LocalResponseNorm_Empty_IsEmpty()
    {
        using var scope = new TensorScope();

        Assert.Equal([0L, 4, 2, 2], Functions.LocalResponseNorm(Tensor.From<float>([], 0, 4, 2, 2), 5, 1, 0.75, 1).Shape);
        Assert.Equal([2L, 0, 2, 2], Functions.LocalResponseNorm(Tensor.From<float>([], 2, 0, 2, 2), 5, 1, 0.75, 1).Shape);
    }

    [Fact]
    public void LocalResponseNorm_View_IsTakenAsItLies()
    {
        using var scope = new TensorScope();
        Tensor x = Samples.Floats(1, 2, 4, 3, 5);

        Tensor view = Functions.LocalResponseNorm(x.Transpose(2, 3), 3, 0.3, 0.75, 1);

        Samples.AssertClose(Functions.LocalResponseNorm(x, 3, 0.3, 0.75, 1).Transpose(2, 3).Contiguous().Values(), view.Values(), 1e-6);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0)]
    [InlineData(-1)]
    public void LocalResponseNorm_EvenOrNoWindow_IsAnError(int size)
    {
        using Tensor x = Samples.Floats(1, 1, 4, 2, 2);

        Assert.Contains("odd window", Assert.Throws<TorchException>(() => Functions.LocalResponseNorm(x, size, 1, 0.75, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LocalResponseNorm_NotFourDimensions_IsAnError()
    {
        using Tensor x = Samples.Floats(1, 4, 4);

        Assert.Contains("NCHW", Assert.Throws<TorchException>(() => Functions.LocalResponseNorm(x, 5, 1, 0.75, 1)).Message, StringComparison.Ordinal);
    }

    private static void Check(Case c, bool channelsLast)
    {
        using var scope = new TensorScope();
        Tensor x = Samples.Floats(1, c.Batch, c.Channels, c.Side, c.Side);
        if (channelsLast) x = x.ChannelsLast();
        x.RequiresGrad = true;
        Tensor y = Functions.LocalResponseNorm(x, c.Size, c.Alpha, c.Beta, K);
        // The gradient comes in the other layout than the input.
        Tensor dy = Samples.Floats(2, c.Batch, c.Channels, c.Side, c.Side);
        Tensor dx = Autograd.Gradients([y], [x], outputGradients: [channelsLast ? dy : dy.ChannelsLast()])[0];
        (double[] expected, double[] gradient) = c.Compute(x.Values(), dy.Values());
        Samples.AssertClose(expected, y.Values(), 1e-6);
        Samples.AssertClose(gradient, dx.Values(), 1e-6);
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
