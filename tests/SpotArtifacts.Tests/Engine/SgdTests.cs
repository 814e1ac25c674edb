
using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class SgdTests
{
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.9, 0, false)]
    [InlineData(0.9, 0.1, false)]
    [InlineData(0.9, 0, true)]
    [InlineData(0.9, 0.1, true)]
    public void Step_FourTimes_AgreesWithTheDefinition(double momentum, double decay, bool nesterov)
    {
        double[] w = Numbers.Of(1, 10), v = new double[10];
        using Tensor value = Numbers.Floats(1, 10).requires_grad_();
        using var sgd = new Sgd([value], [decay], momentum, nesterov);
        for (int step = 0; step < 4; step++)
        {
            using Tensor gradient = Numbers.Floats(10 + step, 10);
            double[] g = Numbers.Of(10 + step, 10);
            double[] given = gradient.Values();
            sgd.Step([gradient], 0.1);
            for (int i = 0; i < w.Length; i++)
            {
                double total = g[i] + decay * w[i];
                v[i] = momentum * v[i] + total;
                w[i] -= 0.1 * (nesterov ? total + momentum * v[i] : v[i]);
            }
            Assert.Equal(given, gradient.Values());
        }
        Numbers.AssertClose(w, value.Values(), 1e-6);
    }

    [Fact]
    public void Dispose_Always_FreesTheVelocitiesOnly()
    {
        using Tensor value = Numbers.Floats(1, 10);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        new Sgd([value], [0], 0.9).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(10, value.numel());
    }
}
