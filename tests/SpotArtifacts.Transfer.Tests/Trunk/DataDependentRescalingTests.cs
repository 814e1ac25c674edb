using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Tests.Trunk;

public sealed class DataDependentRescalingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly List<Convolution> _layers = [];
    private readonly Generator _generator = new(1);

    [Fact]
    public void Fill_ZeroLayers_HaveMeanABiasOfATenthAndDeviationOne()
    {
        ChainLayer[] chain = Chain([0.3, 0, 0]);
        float[] kept = chain[0].Layer.Weight.ToArray<float>();

        Assert.Equal(["layer1", "layer2"], DataDependentRescaling.Fill(chain, Batches(), _generator));

        Assert.Equal(kept, chain[0].Layer.Weight.ToArray<float>());
        Tensor outputs = cat([.. Batches().Select(batch => ChainLayer.Run(chain, batch))], 0);
        Tensor mean = outputs.mean([0, 2, 3], keepdim: true);
        Assert.All(mean.ToArray<float>(), value => Assert.Equal(0.1, value, 3));
        Assert.All((outputs - mean).square().mean([0, 2, 3]).ToArray<float>(), variance => Assert.Equal(1, variance, 2));
    }

    [Fact]
    public void Calibrate_ReluChainOfWildScales_MakesAllGradientRatiosEqual()
    {
        ChainLayer[] chain = Chain([0.001, 1, 0.05, 2]);
        double before = Spread(chain, Batches()[1]);

        (int rounds, double deviation) = DataDependentRescaling.Calibrate(chain, Batches(), _generator);

        Assert.True(before > 3, $"{before}");
        Assert.InRange(rounds, 1, 10);
        // Another gradient was drawn since: within a few percent.
        Assert.InRange(Spread(chain, Batches()[1]), 0, 0.25);
        Assert.InRange(deviation, 0, 0.1);
    }

    [Fact]
    public void Calibrate_HomogeneousChain_KeepsWhatItComputesUpToOneFactor()
    {
        ChainLayer[] chain = Chain([0.01, 1, 0.3]);
        float[] before = ChainLayer.Run(chain, Batches()[0]).ToArray<float>();

        DataDependentRescaling.Calibrate(chain, Batches(), _generator);

        float[] after = ChainLayer.Run(chain, Batches()[0]).ToArray<float>();
        double factor = after.Zip(before, (a, b) => (double)a * b).Sum() / before.Sum(b => (double)b * b);
        Assert.True(factor > 0);
        Assert.All(before.Zip(after), pair => Assert.Equal(factor * pair.First, pair.Second,
            1e-3 * factor * before.Max(Math.Abs)));
    }

    [Fact]
    public void Calibrate_TrunkWithNormalisation_BringsTheGradientRatiosTogether()
    {
        NetworkOptions options = Presets.Get("fix32").Network;
        using var discriminator = FoldedTrunkTests.Trained(options);
        using var trunk = new FoldedTrunk(discriminator, options);
        Tensor images = FoldedTrunkTests.Images(32, 4);
        double before = Spread(trunk.Chain, images);
        (int rounds, double deviation) = DataDependentRescaling.Calibrate(trunk.Chain, [images, images], _generator);

        Assert.True(before > 3, $"{before}");
        Assert.InRange(Spread(trunk.Chain, images), 0, 0.25);
        Assert.InRange(rounds, 1, 10);
        Assert.InRange(deviation, 0, 0.1);
        Assert.All(trunk.Tensors(), parameter => Assert.True(parameter.Value.IsFinite()));
        Assert.All(trunk.Tensors(), parameter => Assert.True(parameter.Value.requires_grad));
    }

    [Fact]
    public void Calibrate_LayerOfZeros_SaysSo() =>
        Assert.Contains("rescaling=none",
            Assert.Throws<SpotException>(() => DataDependentRescaling.Calibrate(Chain([1, 0]), Batches(), _generator)).Message,
            StringComparison.Ordinal);

    public void Dispose()
    {
        foreach (Convolution layer in _layers)
            layer.Dispose();
        _generator.Dispose();
        _scope.Dispose();
    }

    // Convolutions with biases of their weights' scale and ReLU between: homogeneous but for the biases, which are scaled along.
    private ChainLayer[] Chain(double[] deviations)
    {
        int[] channels = [3, 12, 16, 12, 8];
        return [.. deviations.Select((deviation, i) =>
        {
            var layer = new Convolution(new ConvolutionShape(channels[i], channels[i + 1], 3, Padding: 1), bias: true);
            RandomWeights.Set($"layer{i}", layer, deviation, 0, 5);
            _layers.Add(layer);
            return new ChainLayer($"layer{i}", layer, x => i == 0 ? x : functional.relu(x));
        })];
    }

    private static Tensor[] Batches() => [FoldedTrunkTests.Images(12, 6), FoldedTrunkTests.Images(12, 6) * 0.8];

    private double Spread(IReadOnlyList<ChainLayer> chain, Tensor images)
    {
        Tensor output = ChainLayer.Run(chain, images);
        Tensor[] weights = [.. chain.Select(layer => layer.Layer.Weight)];
        Tensor[] gradients = Gradients.Of([output], weights,
            outputGradients: [Operations.Normal(_generator, CPU, [.. output.shape])]);
        double[] logs =
            [.. gradients.Zip(weights,
            (g, w) => 0.5 * Math.Log(g.square().mean().item<float>() / w.square().mean().item<float>()))];
        return logs.Max() - logs.Min();
    }
}
