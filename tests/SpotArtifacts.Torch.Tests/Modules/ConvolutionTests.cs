using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Torch.Tests.Modules;

public class ConvolutionTests
{
    [Theory]
    [InlineData(5, 3, 1, 1, false, false)]
    [InlineData(6, 2, 2, 1, false, false)]
    [InlineData(7, 5, 1, 2, true, false)]
    [InlineData(8, 3, 2, 1, true, false)]
    [InlineData(9, 3, 2, 1, true, false)]
    [InlineData(12, 11, 4, 1, true, false)]
    [InlineData(16, 11, 2, 2, true, false)]
    [InlineData(5, 3, 1, 1, false, true)]
    [InlineData(8, 3, 2, 2, true, true)]
    [InlineData(7, 5, 1, 2, true, true)]
    [InlineData(16, 11, 4, 1, true, true)]
    public void Forward_AnyShape_AgreesWithTheDefinitionForwardAndBackward(int side, int kernel, int stride, int groups, bool same, bool channelsLast)
    {
        const int batch = 2, inputs = 4, outputs = 6;
        SamePadding padding = same ? SamePadding.Of(side, kernel, stride) : new(1, 1);
        var reference = new ReferenceConvolution(batch, inputs, side, outputs, kernel, stride, groups, padding.Before, padding.After);
        using var scope = new TensorScope();
        using var convolution = new Convolution("c", new(inputs, outputs, kernel, stride, 1, groups, same), bias: true);
        convolution.Weight.Set(Samples.FloatArray(2, convolution.Weight.Value.Count));
        convolution.Bias!.Set(Samples.FloatArray(3, outputs));
        Tensor x = Samples.Floats(1, batch, inputs, side, side);
        if (channelsLast) x = x.ChannelsLast();
        x.RequiresGrad = true;

        Tensor y = convolution.Forward(x);
        double[] dy = Samples.Numbers(4, y.Count);
        Tensor[] seed = [Tensor.From<float>(Array.ConvertAll(dy, v => (float)v), [.. y.Shape])];
        Tensor[] gradients = Autograd.Gradients([y], [x, convolution.Weight.Value, convolution.Bias.Value], outputGradients: seed);

        double[] w = convolution.Weight.Value.Values();
        (double[] dx, double[] dw) = reference.Backward(x.Values(), w, dy);
        Samples.AssertClose(reference.Forward(x.Values(), w, convolution.Bias.Value.Values()), y.Values(), 2e-6);
        Samples.AssertClose(dx, gradients[0].Values(), 2e-6);
        Samples.AssertClose(dw, gradients[1].Values(), 2e-6);
        Samples.AssertClose(dy.Chunk(dy.Length / batch / outputs).Select((plane, i) => (plane.Sum(), i % outputs))
            .GroupBy(p => p.Item2, (_, sums) => sums.Sum(p => p.Item1)).ToArray(), gradients[2].Values(), 2e-6);
    }

    [Fact]
    public void Forward_OneByOne_HandComputed()
    {
        using var scope = new TensorScope();
        using var convolution = new Convolution("c", new(2, 1, 1), bias: true);
        convolution.Weight.Set([10, 100]);
        convolution.Bias!.Set([0.5f]);

        Assert.Equal([310.5f, 420.5f], convolution.Forward(Tensor.From<float>([1, 2, 3, 4], 1, 2, 1, 2)).ToArray<float>());
    }

    [Fact]
    public void Constructor_Groups_NamesAndShapesItsTensors()
    {
        using var convolution = new Convolution("conv2", new(4, 6, 5, Groups: 2), bias: true);

        Assert.Equal(["conv2.weight", "conv2.bias"], convolution.Parameters.Select(p => p.Name));
        Assert.Equal([6L, 2, 5, 5], convolution.Weight.Value.Shape);
        Assert.Equal((2, ParameterRole.ConvolutionWeight, true), (convolution.Weight.Groups, convolution.Weight.Role, convolution.Weight.Value.RequiresGrad));
    }

    [Fact]
    public void Forward_WithoutScope_LeavesOnlyItsResult()
    {
        using var convolution = new Convolution("c", new(1, 1, 3, 2, Same: true), bias: false);
        using Tensor x = Samples.Floats(1, 1, 1, 8, 8);
        long before = Tensor.LiveCount;

        using Tensor y = convolution.Forward(x);

        Assert.Equal(before + 1, Tensor.LiveCount);
    }
}
