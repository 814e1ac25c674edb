using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class InitialValuesTests
{
    private static readonly NetworkOptions s_sizes = Presets.Get("fix32").Network;

    [Fact]
    public void SetVarianceScaling_Weights_HaveTheSpecifiedVarianceWithinTwoDeviations()
    {
        using var network = new Autoencoder(s_sizes);
        InitialValues.SetVarianceScaling(network, 1);

        foreach (NetworkTensor weight in Weights(network).Where(w => w.Value.numel() > 1000))
        {
            float[] values = weight.Value.ToArray<float>();
            // Fan average (out + in) * k * k / 2; truncation takes 0.774 of 1.3 * the variance, which leaves 1.006 of it.
            double fan = (weight.Value.shape[0] + weight.Value.shape[1]) * weight.Value.shape[2] * weight.Value.shape[3] / 2.0;
            Assert.Equal(1.006, values.Average(v => v * v) / (2 / fan), 0.08);
            Assert.Equal(0, values.Average() / Math.Sqrt(2 / fan), 0.1);
            Assert.InRange(values.Max(Math.Abs), 1.8 * Math.Sqrt(1.3 * 2 / fan), 2 * Math.Sqrt(1.3 * 2 / fan));
        }
    }

    [Fact]
    public void SetVarianceScaling_EverythingElse_StaysNeutral()
    {
        using var network = new Autoencoder(s_sizes);
        InitialValues.SetVarianceScaling(network, 1);

        foreach (NetworkTensor parameter in network.Tensors().Where(p => p.Role != TensorRole.ConvolutionWeight))
        {
            float expected = parameter.Role == TensorRole.NormScale
                || parameter.Name.EndsWith("running_var", StringComparison.Ordinal) ? 1 : 0;
            Assert.All(parameter.Value.ToArray<float>(), value => Assert.Equal(expected, value));
        }
    }

    [Theory]
    [InlineData("discriminator.conv1", 11 * 11 * (3 + 12))]
    [InlineData("discriminator.conv2", 5 * 5 * (6 + 16))] // each of two columns is a convolution 6 -> 16
    [InlineData("discriminator.conv3", 3 * 3 * (32 + 48))]
    [InlineData("discriminator.fc1.conv", 4 * 4 * (32 + 64))]
    public void SetGlorotUniform_Weights_FillTheLimitOfTheirFans(string name, int fans)
    {
        using var network = new Discriminator(s_sizes);
        InitialValues.SetGlorotUniform(network, 1);

        float[] values = Weights(network).Single(w => w.Name == name + ".weight").Value.ToArray<float>();

        double limit = Math.Sqrt(6.0 / fans);
        Assert.InRange(values.Max(), 0.98 * limit, limit);
        Assert.InRange(values.Min(), -limit, -0.98 * limit);
        Assert.Equal(limit * limit / 3, values.Average(v => v * v), 0.06 * limit * limit / 3);
    }

    [Fact]
    public void SetGlorotUniform_Biases_AreATenthOnlyWhereThereIsNoNorm()
    {
        using var network = new Discriminator(s_sizes);
        InitialValues.SetGlorotUniform(network, 1);

        Assert.Equal(
            ["conv1", "conv2", "conv3", "conv4", "mask_head", "fc2"],
            network.Tensors().Where(p => p.Role == TensorRole.Bias).Select(p => p.Name.Split('.')[1]));
        Assert.All(network.Tensors().Where(p => p.Role == TensorRole.Bias),
            p => Assert.All(p.Value.ToArray<float>(), v => Assert.Equal(0.1f, v)));
        Assert.All(network.Tensors().Where(p => p.Role == TensorRole.NormShift),
            p => Assert.All(p.Value.ToArray<float>(), v => Assert.Equal(0, v)));
    }

    [Fact]
    public void Set_PartAloneOrWithin_GivesTheSameValues()
    {
        using var whole = new Autoencoder(s_sizes);
        using var part = new Decoder(s_sizes);
        InitialValues.SetVarianceScaling(whole, 3);
        InitialValues.SetVarianceScaling(part, 3);

        Assert.All(part.Tensors(), p => Assert.Equal(whole.Tensors().Single(w => w.Name == p.Name).Value.ToArray<float>(),
            p.Value.ToArray<float>()));
    }

    [Fact]
    public void Set_WithoutHeads_LeavesTheOtherValuesAlone()
    {
        using Discriminator with = new(s_sizes, rotationHead: true), without = new(s_sizes, keepMaskHead: false);
        InitialValues.SetGlorotUniform(with, 3);
        InitialValues.SetGlorotUniform(without, 3);

        Assert.All(without.Tensors(), p => Assert.Equal(with.Tensors().Single(w => w.Name == p.Name).Value.ToArray<float>(),
            p.Value.ToArray<float>()));
    }

    [Fact]
    public void NextDouble_SeedOrNameDiffers_GivesOtherNumbers()
    {
        double[] first = Draw("a", 1);

        Assert.Equal(first, Draw("a", 1));
        Assert.NotEqual(first, Draw("a", 2));
        Assert.NotEqual(first, Draw("b", 1));
        Assert.All(first, value => Assert.True(value is >= 0 and < 1));
    }

    private static double[] Draw(string name, long seed)
    {
        var random = new NamedRandom(name, seed);
        return [.. Enumerable.Range(0, 20).Select(_ => random.NextDouble())];
    }

    private static IEnumerable<NetworkTensor> Weights(nn.Module network) => network.Tensors()
        .Where(p => p.Role == TensorRole.ConvolutionWeight);
}
