using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Tests.Engine;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Tests.Networks;

public sealed class ConvolutionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(3, 12, 11, 4, 1, true)]
    [InlineData(3, 12, 11, 2, 1, true)]
    [InlineData(3, 8, 3, 1, 1, false)]
    [InlineData(3, 8, 3, 1, 1, true)]
    [InlineData(8, 16, 2, 2, 1, false)]
    [InlineData(12, 32, 5, 1, 2, true)]
    [InlineData(32, 48, 3, 1, 1, true)]
    [InlineData(48, 48, 3, 1, 2, true)]
    [InlineData(1, 4, 3, 1, 1, false)]
    [InlineData(5, 3, 1, 1, 1, false)]
    [InlineData(6, 8, 1, 2, 1, false)] // libtorch's own ends the process here
    [InlineData(16, 32, 1, 2, 1, false)]
    [InlineData(7, 5, 1, 3, 1, true)]
    public void Forward_AnyLayout_AgreesWithDoublePrecisionAndSoDoItsGradients(int inputs, int outputs, int kernel, int stride,
        int groups, bool same)
    {
        var shape = new ConvolutionShape(inputs, outputs, kernel, stride, kernel > 2 ? kernel / 2 : 0, groups, same);
        using var generator = new Generator(7);
        foreach (bool channelsLast in (bool[])[false, true])
        {
            Tensor x = Operations.Normal(generator, null, 3, inputs, 16, 16),
            weight = Operations.Normal(generator, null, outputs, inputs / groups, kernel, kernel);
            if (channelsLast)
                (x, weight) = (x.ToChannelsLast(), weight.ToChannelsLast());
            (x, weight) = (x.detach().requires_grad_(), weight.detach().requires_grad_());
            Tensor y = Convolution.Apply(x, weight, null, shape);
            Tensor flowing = Operations.Normal(generator, null, y.shape);
            Tensor[] gradients = Gradients.Of([y], [x, weight], outputGradients: [flowing]);

            (Tensor exact, Tensor[] exactGradients) = InDoublePrecision(x, weight, shape, flowing);

            AssertAgree(y, gradients, exact, exactGradients, 1e-5);
        }
    }

    [Fact]
    public void Forward_StridedOverFewChannels_HasItsGradientsAtEverySize()
    {
        var random = new Random(5);
        using var generator = new Generator(7);
        for (int trial = 0; trial < 60; trial++)
        {
            using DisposeScope inner = NewDisposeScope();
            int stride = random.Next(2, 5), kernel = random.Next(stride + 1, 12), side = random.Next(kernel, 24);
            var shape = new ConvolutionShape(random.Next(2, 5), random.Next(1, 20), kernel, stride,
                Padding: random.Next(0, kernel / 2 + 1), Same: trial % 3 == 0);
            Tensor x = Operations.Normal(generator, null, 2, shape.Inputs, side, side).requires_grad_();
            Tensor weight = Operations.Normal(generator, null, shape.Outputs, shape.Inputs, kernel, kernel).requires_grad_();
            Assert.True(StridedInputGradient.Suits(x, shape));
            Tensor y = Convolution.Apply(x, weight, null, shape);
            Tensor flowing = Operations.Normal(generator, null, y.shape);

            Tensor[] gradients = Gradients.Of([y], [x, weight], outputGradients: [flowing], retainGraph: true);
            Tensor alone = Gradients.Of([y], [x], outputGradients: [flowing])[0];

            (Tensor exact, Tensor[] exactGradients) = InDoublePrecision(x, weight, shape, flowing);
            AssertAgree(y, gradients, exact, exactGradients, 1e-5);
            Assert.Equal(gradients[0].ToArray<float>(), alone.ToArray<float>());
        }
    }

    // An odd number of outputs is what libtorch 2.10's BFloat16 kernels differentiate wrongly.
    [Theory]
    [InlineData(3, 12, 11, 2, 1, true)]
    [InlineData(16, 3, 3, 1, 1, false)]
    [InlineData(16, 1, 3, 1, 1, false)]
    [InlineData(8, 16, 2, 2, 1, false)]
    [InlineData(12, 32, 5, 1, 2, true)]
    [InlineData(12, 6, 3, 1, 2, true)]
    public void Forward_Bfloat16_AgreesWithDoublePrecisionAndSoDoItsGradients(int inputs, int outputs, int kernel, int stride,
        int groups, bool same)
    {
        var shape = new ConvolutionShape(inputs, outputs, kernel, stride, kernel > 2 ? kernel / 2 : 0, groups, same);
        using var generator = new Generator(7);
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        Tensor x = Operations.Normal(generator, null, 3, inputs, 16, 16).requires_grad_(),
        weight = Operations.Normal(generator, null, outputs, inputs / groups, kernel, kernel).requires_grad_();
        Tensor y = Convolution.Apply(x, weight, null, shape);
        Tensor flowing = Operations.Normal(generator, null, y.shape);
        Tensor[] gradients = Gradients.Of([y], [x, weight], outputGradients: [flowing.to(y.dtype)]);

        (Tensor exact, Tensor[] exactGradients) = InDoublePrecision(x, weight, shape, flowing);

        AssertAgree(y, gradients, exact, exactGradients, 0.01);
        Assert.Equal(ScalarType.Float32, gradients[1].dtype);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(7, 1)]
    public void Forward_Bfloat16StridedOverFewChannels_HasItsGradientAtInputsOfEitherType(int kernel, int stride)
    {
        var shape = new ConvolutionShape(3, 12, kernel, stride, kernel / 2);
        using var generator = new Generator(9);
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            Tensor x = Operations.Normal(generator, null, 3, 3, 17, 17).to(type).requires_grad_();
            Tensor weight = Operations.Normal(generator, null, 12, 3, kernel, kernel).requires_grad_();
            Tensor y = Convolution.Apply(x, weight, null, shape);
            Tensor flowing = Operations.Normal(generator, null, y.shape).to(y.dtype);
            Tensor[] gradients = Gradients.Of([y], [x, weight], outputGradients: [flowing]);

            (Tensor exact, Tensor[] exactGradients) = InDoublePrecision(x, weight, shape, flowing);

            Assert.Equal((ScalarType.BFloat16, type), (y.dtype, gradients[0].dtype));
            AssertAgree(y, gradients, exact, exactGradients, 0.01);
        }
    }

    [Fact]
    public void Forward_Bfloat16OverSmallMaps_AgreesWithDoublePrecisionAndSoDoItsGradients()
    {
        var random = new Random(6);
        using var generator = new Generator(10);
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        for (int trial = 0; trial < 60; trial++)
        {
            using DisposeScope inner = NewDisposeScope();
            int groups = random.Next(1, 4), rows = random.Next(1, 6), columns = random.Next(1, 6), images = random.Next(1, 9);
            var shape = new ConvolutionShape(groups * random.Next(2, 20), groups * random.Next(1, 20), 3, 1, 1, groups);
            Tensor x = Operations.Normal(generator, null, images, shape.Inputs, rows, columns).requires_grad_();
            Tensor weight = Operations.Normal(generator, null, shape.Outputs, shape.Inputs / groups, 3, 3).requires_grad_();
            Tensor bias = Operations.Normal(generator, null, shape.Outputs).requires_grad_();
            Tensor y = Convolution.Apply(x, weight, trial % 2 == 0 ? bias : null, shape);
            Tensor flowing = Operations.Normal(generator, null, y.shape).to(y.dtype);
            Tensor[] gradients = Gradients.Of([y], trial % 2 == 0 ? [x, weight, bias] : [x, weight], outputGradients: [flowing]);

            (Tensor exact, Tensor[] exactGradients) = InDoublePrecision(x, weight, shape, flowing);
            if (trial % 2 == 0)
            {
                exact = exact + bias.detach().view(1, -1, 1, 1);
                Assert.InRange(Numbers.Deviation(gradients[2], flowing.to(ScalarType.Float64).sum([0, 2, 3])), 0, 0.01);
            }
            AssertAgree(y, gradients, exact, exactGradients, 0.01);
            Assert.Equal(weight.shape, gradients[1].shape);
        }
    }

    [Fact]
    public void SmallMapWeightGradient_AnySizes_AgreesWithDoublePrecision()
    {
        var random = new Random(7);
        using var generator = new Generator(11);
        for (int trial = 0; trial < 60; trial++)
        {
            using DisposeScope inner = NewDisposeScope();
            int groups = random.Next(1, 4), rows = random.Next(1, 6), columns = random.Next(1, 6), images = random.Next(1, 9);
            var shape = new ConvolutionShape(groups * random.Next(1, 20), groups * random.Next(1, 20), 3, 1, 1, groups);
            Tensor x = Operations.Normal(generator, null, images, shape.Inputs, rows, columns);
            Tensor weight = Operations.Normal(generator, null, shape.Outputs, shape.Inputs / groups, 3, 3).requires_grad_();
            Tensor flowing = Operations.Normal(generator, null, images, shape.Outputs, rows, columns);
            if (trial % 2 == 0)
                (x, flowing) = (x.ToChannelsLast(), flowing.ToChannelsLast());

            Tensor nothing = SmallMapWeightGradient.Through(weight, x, groups);
            Tensor gradient = Gradients.Of([nothing], [weight], outputGradients: [flowing])[0];

            Assert.Equal(0, nothing.abs().max().item<float>());
            Assert.InRange(Numbers.Deviation(gradient, InDoublePrecision(x, weight, shape, flowing).Gradients[1]), 0, 1e-5);
        }
    }

    [Fact]
    public void Forward_Bfloat16ManyTimes_LeavesNoTensorsBehind()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        Tensor x = rand(2, 3, 9, 9).requires_grad_(), small = rand(2, 4, 4, 4).requires_grad_();
        Tensor strided = rand(4, 3, 5, 5).requires_grad_(), weight = rand(6, 4, 3, 3).requires_grad_();
        long before = LiveTensors.Count();
        for (int i = 0; i < 20; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor first = Convolution.Apply(x, strided, null, new ConvolutionShape(3, 4, 5, 2));
            Tensor second = Convolution.Apply(small, weight, null, new ConvolutionShape(4, 6, 3, 1, 1));
            Gradients.Of([first.sum().Plus(second.sum())], [x, strided, small, weight]);
        }
        Assert.Equal(before, LiveTensors.Count());
    }

    // The class head's last layer: with the bias in the convolution, a processor with AMX wrote beyond the gradient.
    [Theory]
    [InlineData(4096, 2)]
    [InlineData(4096, 9)]
    [InlineData(64, 16)]
    [InlineData(24, 3)]
    public void Forward_Bfloat16WithBias_AgreesWithDoublePrecisionAndSoDoesTheBias(int inputs, int outputs)
    {
        var shape = new ConvolutionShape(inputs, outputs, 1);
        using var generator = new Generator(8);
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        Tensor x = Operations.Normal(generator, null, 128, inputs, 1, 1),
        weight = Operations.Normal(generator, null, outputs, inputs, 1, 1).requires_grad_(),
        bias = Operations.Normal(generator, null, outputs).requires_grad_();
        for (int trial = 0; trial < 20; trial++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor y = Convolution.Apply(x, weight, bias, shape);
            Tensor flowing = Operations.Normal(generator, null, y.shape).to(y.dtype);
            Tensor[] gradients = Gradients.Of([y], [weight, bias], outputGradients: [flowing]);

            (Tensor exact, Tensor[] exactGradients) = InDoublePrecision(x, weight, shape, flowing.to(ScalarType.Float64));

            Assert.InRange(Numbers.Deviation(y, exact + bias.detach().view(1, -1, 1, 1)), 0, 0.01);
            Assert.InRange(Numbers.Deviation(gradients[0], exactGradients[1]), 0, 0.01);
            Assert.InRange(Numbers.Deviation(gradients[1], flowing.to(ScalarType.Float64).sum([0, 2, 3])), 0, 0.01);
        }
    }

    [Fact]
    public void To_OtherType_MovesWeightsThatTheModuleUses()
    {
        using var convolution = new Convolution(new ConvolutionShape(2, 3, 3, Padding: 1), bias: true);

        convolution.to(ScalarType.Float64);

        Assert.Equal(ScalarType.Float64, convolution.Weight.dtype);
        Assert.Equal(ScalarType.Float64, convolution.forward(ones(1, 2, 4, 4, ScalarType.Float64)).dtype);
        Assert.Equal(["weight", "bias"], convolution.state_dict().Keys);
    }

    public void Dispose() => _scope.Dispose();

    // Padded by hand and convolved as libtorch's double-precision kernels do, which are others.
    private static (Tensor Y, Tensor[] Gradients) InDoublePrecision(Tensor x, Tensor weight, ConvolutionShape shape,
        Tensor flowing)
    {
        Tensor wide = x.detach().to(ScalarType.Float64).contiguous().requires_grad_(),
        w = weight.detach().to(ScalarType.Float64).contiguous().requires_grad_();
        SamePadding padding = shape.Same ? SamePadding.Of((int)x.size(2), shape.Kernel, shape.Stride)
            : new SamePadding(shape.Padding, shape.Padding);
        Tensor padded = functional.pad(wide, [padding.Before, padding.After, padding.Before, padding.After]);
        Tensor y = functional.conv2d(padded, w, null, [shape.Stride, shape.Stride], [0, 0], [1, 1], shape.Groups);
        return (y, Gradients.Of([y], [wide, w], outputGradients: [flowing.to(ScalarType.Float64)]));
    }

    // The first two gradients: at the input and at the weights.
    private static void AssertAgree(Tensor y, Tensor[] gradients, Tensor exact, Tensor[] exactGradients, double tolerance)
    {
        Assert.InRange(Numbers.Deviation(y, exact), 0, tolerance);
        Assert.InRange(Numbers.Deviation(gradients[0], exactGradients[0]), 0, tolerance);
        Assert.InRange(Numbers.Deviation(gradients[1], exactGradients[1]), 0, tolerance);
    }
}
