using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Trunk;

public sealed class FoldedTrunkTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData("fix32", 32, TrunkKind.Alexnet)]
    [InlineData("fix32", 64, TrunkKind.Alexnet)]
    [InlineData("demo32", 40, TrunkKind.Alexnet)]
    [InlineData("demo32", 40, TrunkKind.AlexnetBn)]
    public void Forward_DiscriminatorWithStatisticsOfItsOwn_IsTheSameFunction(string preset, int size, TrunkKind kind)
    {
        NetworkOptions options = Presets.Get(preset).Network with { Trunk = kind };
        using Discriminator network = Trained(options);
        using var trunk = new FoldedTrunk(network, options);
        Tensor images = Images(size);
        float[] expected = network.Features(images)["conv5"].ToArray<float>(), folded = trunk.Forward(images).ToArray<float>();
        float scale = expected.Max(Math.Abs);
        Assert.True(scale > 0.01f);
        Assert.All(expected.Zip(folded), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 1e-4f * scale));
    }

    /// <summary>
    /// An image that is plain but for one pixel: where it is seen most in conv5 must be the cell whose centre lies nearest.
    /// </summary>
    [Theory]
    [InlineData("fix32", 2)]
    [InlineData("std64", 4)]
    public void Offset_InputOfWholeStrides_IsTheCentreOfTheFirstCell(string preset, int conv1Stride)
    {
        NetworkOptions options = Presets.Get(preset).Network;
        Assert.Equal(conv1Stride, options.Conv1Stride);
        using var network = new Discriminator(options, keepMaskHead: false);
        using var trunk = new FoldedTrunk(network, options);
        Assert.Equal(4 * conv1Stride, trunk.Stride);
        // The receptive field of a cell, from the layers' own sizes: conv1's window begins `before` pixels outside, pool windows
        // without padding.
        int before = SamePadding.Of(16 * conv1Stride, 11, conv1Stride).Before, cell1 = 5 - before;
        Assert.Equal(0, SamePadding.Of(16, 3, 2).Before);
        Assert.Equal(cell1 + conv1Stride + 2 * conv1Stride, trunk.Offset);
    }

    [Fact]
    public void TrainedBehind_FrozenLayers_LeavesThemOut()
    {
        NetworkOptions options = Presets.Get("fix32").Network;
        using var network = new Discriminator(options);
        using var trunk = new FoldedTrunk(network, options);
        Assert.Equal(["trunk.conv4.weight", "trunk.conv4.bias", "trunk.conv5.weight", "trunk.conv5.bias"],
            trunk.TrainedBehind(3).Select(p => p.Name));
        Assert.Equal(10, trunk.TrainedBehind(0).Count());
        Assert.Empty(trunk.TrainedBehind(5));
    }

    public void Dispose() => _scope.Dispose();

    internal static Discriminator Trained(NetworkOptions options)
    {
        var network = new Discriminator(options);
        InitialValues.SetGlorotUniform(network, 3);
        foreach (NetworkTensor parameter in network.Tensors()
            .Where(p => p.Name.StartsWith("discriminator.conv", StringComparison.Ordinal)
                && p.Name.Contains(".bn.", StringComparison.Ordinal)))
        {
            float shift = parameter.Name.EndsWith("var", StringComparison.Ordinal) ? 50
                : parameter.Name.EndsWith("mean", StringComparison.Ordinal) ? -3 : 0.2f;
            parameter.Set([.. Enumerable.Range(0, (int)parameter.Value.numel()).Select(i => shift * (1 + 0.1f * (i % 7)))]);
        }
        return network;
    }

    internal static Tensor Images(int size, int count = 2) =>
        TensorData.From<float>([.. Enumerable.Range(0, count * 3 * size * size)
            .Select(i => MathF.Sin(0.37f * i) * MathF.Cos(0.011f * i))], count, 3, size, size);
}
