using SpotArtifacts.Torch.Optimization;

namespace SpotArtifacts.Torch.Tests.Optimization;

public class SgdTests
{
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.9, 0, false)]
    [InlineData(0.9, 0.1, false)]
    [InlineData(0.9, 0, true)]
    [InlineData(0.9, 0.1, true)]
    public void Step_FourTimes_AgreesWithTheDefinition(double momentum, double decay, bool nesterov)
    {
        double[] w = Samples.Numbers(1, 10), v = new double[10];
        using Tensor value = Samples.Floats(1, 10);
        value.RequiresGrad = true;
        using var sgd = new Sgd([value], [decay], momentum, nesterov);
        for (int step = 0; step < 4; step++)
        {
            using Tensor gradient = Samples.Floats(10 + step, 10);
            double[] g = Samples.Numbers(10 + step, 10);
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
        Samples.AssertClose(w, value.Values(), 1e-6);
    }

    [Fact]
    public void Dispose_Always_FreesTheVelocitiesOnly()
    {
        using Tensor value = Samples.Floats(1, 10);
        long before = Tensor.LiveCount;

        new Sgd([value], [0], 0.9).Dispose();

        Assert.Equal(before, Tensor.LiveCount);
        Assert.Equal(10, value.Count);
    }
}
