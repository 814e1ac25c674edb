using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Torch.Tests.Modules;

public class BatchNormTests
{
    private const double Epsilon = 1e-3, Momentum = 0.025;

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Forward_Training_NormalisesByTheBatchAndUpdatesRunningStatistics(bool scale, bool channelsLast)
    {
        using var scope = new TensorScope();
        using BatchNorm norm = Make(scale);
        double[] data = Samples.Numbers(1, 2 * 3 * 4);
        Tensor x = Samples.Floats(1, 2, 3, 2, 2);
        double[] runningMean = norm.RunningMean.Value.Values(), runningVariance = norm.RunningVariance.Value.Values();

        double[] y = norm.Forward(channelsLast ? x.ChannelsLast() : x, training: true).Values();

        for (int c = 0; c < 3; c++)
        {
            double[] channel = Channel(data, c);
            double mean = channel.Average(), variance = channel.Average(v => (v - mean) * (v - mean));
            Samples.AssertClose(Array.ConvertAll(channel, v => Affine((v - mean) / Math.Sqrt(variance + Epsilon), norm, c)), Channel(y, c), 2e-6);
            // The running variance takes the unbiased one.
            Assert.Equal((1 - Momentum) * runningMean[c] + Momentum * mean, norm.RunningMean.Value.Values()[c], 6);
            Assert.Equal((1 - Momentum) * runningVariance[c] + Momentum * variance * 8 / 7, norm.RunningVariance.Value.Values()[c], 6);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_Evaluation_UsesRunningStatisticsAndLeavesThem(bool scale)
    {
        using var scope = new TensorScope();
        using BatchNorm norm = Make(scale);
        double[] data = Samples.Numbers(1, 2 * 3 * 4);
        double[] mean = norm.RunningMean.Value.Values(), variance = norm.RunningVariance.Value.Values();

        double[] y = norm.Forward(Samples.Floats(1, 2, 3, 2, 2), training: false).Values();

        for (int c = 0; c < 3; c++)
            Samples.AssertClose(Array.ConvertAll(Channel(data, c), v => Affine((v - mean[c]) / Math.Sqrt(variance[c] + Epsilon), norm, c)), Channel(y, c), 2e-6);
        Assert.Equal(mean, norm.RunningMean.Value.Values());
        Assert.Equal(variance, norm.RunningVariance.Value.Values());
    }

    [Fact]
    public void Constructor_WithoutScale_HasNoWeight()
    {
        using var norm = new BatchNorm("n", 3, Momentum, Epsilon, scale: false);

        Assert.Null(norm.Scale);
        Assert.Equal(["n.bias", "n.running_mean", "n.running_var"], norm.Parameters.Select(p => p.Name));
        Assert.Equal(["n.bias"], norm.TrainedParameters.Select(p => p.Name));
        Assert.Equal([1f, 1, 1], norm.RunningVariance.Value.ToArray<float>());
    }

    private static BatchNorm Make(bool scale)
    {
        var norm = new BatchNorm("n", 3, Momentum, Epsilon, scale);
        norm.Scale?.Set([0.5f, 1.5f, -1]);
        norm.Shift.Set([0.1f, 0.2f, 0.3f]);
        norm.RunningMean.Set([0.5f, 0, -0.5f]);
        norm.RunningVariance.Set([1, 2, 0.5f]);
        return norm;
    }

    private static double Affine(double v, BatchNorm norm, int c) => v * (norm.Scale?.Value.Values()[c] ?? 1) + norm.Shift.Value.Values()[c];

    private static double[] Channel(double[] data, int c) => [.. Enumerable.Range(0, 2).SelectMany(b => data.Skip((b * 3 + c) * 4).Take(4))];
}
