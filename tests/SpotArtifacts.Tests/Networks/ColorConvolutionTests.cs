using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Tests.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Networks;

public sealed class ColorConvolutionTests
{
    private const double Tolerance = 2e-6; // of the sum of the magnitudes that a result is the sum of
    private static readonly long[] s_one = [1, 1];

    public ColorConvolutionTests()
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
            Assert.Skip("the kernel needs AVX-512");
    }

    [Fact]
    public void Apply_RandomShapes_AgreesWithDoublePrecisionForwardAndBackward()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 100; trial++)
            Check(trial, images: random.Next(1, trial % 10 == 0 ? 40 : 4), channels: 16 * random.Next(1, 4),
                rows: random.Next(1, 9), columns: 4 * random.Next(1, 5));
    }

    [Fact]
    public void Suits_OtherShapes_AreLeftToLibtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.True(Suits(16, 8, new ConvolutionShape(16, 3, 3, Padding: 1)));
        Assert.True(Suits(16, 8, new ConvolutionShape(16, 3, 3, Same: true)));
        Assert.False(Suits(8, 8, new ConvolutionShape(8, 3, 3, Padding: 1)));
        Assert.False(Suits(16, 6, new ConvolutionShape(16, 3, 3, Padding: 1)));
        Assert.False(Suits(16, 8, new ConvolutionShape(16, 4, 3, Padding: 1)));
        Assert.False(Suits(16, 8, new ConvolutionShape(16, 3, 3)));
        Assert.False(Suits(16, 8, new ConvolutionShape(16, 3, 3, Stride: 2, Padding: 1)));

        static bool Suits(int channels, int side, ConvolutionShape shape)
        {
            Tensor x = zeros(1, channels, side, side).ToChannelsLast();
            Tensor weight = zeros(shape.Outputs, channels, 3, 3).ToChannelsLast();
            return ColorConvolution.Suits(x, weight, zeros(shape.Outputs), shape);
        }
    }

    [Fact]
    public void Apply_FrozenWeights_GivesTheInputsGradientAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(2, 16, 4, 4).ToChannelsLast().detach().requires_grad_(), w = rand(3, 16, 3, 3).ToChannelsLast();
        Tensor y = ColorConvolution.Apply(x, w, rand(3));
        Tensor alone = Gradients.Of([y.sum()], [x])[0];
        using IDisposable off = no_grad();
        Tensor expected = nn.functional.conv_transpose2d(ones(y.shape, ScalarType.Float64), w.to(ScalarType.Float64),
            padding: s_one);
        Numbers.AssertClose(expected.Values(), alone.Values(), 1e-5);
    }

    [Fact]
    public void Apply_AnyThreads_GivesTheSameBits()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(9, 16, 8, 8).ToChannelsLast().detach().requires_grad_();
        Tensor w = rand(3, 16, 3, 3).ToChannelsLast().detach().requires_grad_(), b = rand(3).requires_grad_();
        int threads = NativeEngine.ThreadCount;
        try
        {
            NativeEngine.SetThreads(1);
            float[][] one = Run();
            NativeEngine.SetThreads(2);
            Assert.Equal(one, Run());
        }
        finally
        {
            NativeEngine.SetThreads(threads);
        }

        float[][] Run()
        {
            Tensor y = ColorConvolution.Apply(x, w, b);
            Tensor[] gradients = Gradients.Of([y.square().sum()], [x, w, b]);
            return [y.ToArray<float>(), .. gradients.Select(gradient => gradient.contiguous().ToArray<float>())];
        }
    }

    [Fact]
    public void Apply_ManyTimes_LeavesNoTensorsBehind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(2, 16, 4, 4).ToChannelsLast().detach().requires_grad_();
        Tensor w = rand(3, 16, 3, 3).ToChannelsLast().detach().requires_grad_(), b = rand(3).requires_grad_();
        long before = LiveTensors.Count();
        for (int i = 0; i < 20; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Gradients.Of([ColorConvolution.Apply(x, w, b).sum()], [x, w, b]);
        }
        Assert.Equal(before, LiveTensors.Count());
    }

    private static void Check(int trial, int images, int channels, int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Of(trial, images, channels, rows, columns).requires_grad_();
        Tensor w = Of(500 + trial, 3, channels, 3, 3).requires_grad_();
        Tensor b = tensor(Numbers.FloatsOf(700 + trial, 3), [3]).requires_grad_(), dy = Of(900 + trial, images, 3, rows, columns);

        Tensor y = ColorConvolution.Apply(x, w, b);
        Tensor[] gradients = Gradients.Of([y], [x, w, b], outputGradients: [dy]);

        Tensor[] expected = Twice(v => v), magnitude = Twice(v => v.abs());
        Tensor[] got = [y, .. gradients];
        for (int i = 0; i < got.Length; i++)
            AssertClose(expected[i], magnitude[i], got[i], i);

        Tensor[] Twice(Func<Tensor, Tensor> of)
        {
            Tensor x64 = Wide(x), w64 = Wide(w), b64 = Wide(b), y64 = nn.functional.conv2d(x64, w64, b64, padding: s_one);
            return [y64, .. Gradients.Of([y64], [x64, w64, b64], outputGradients: [of(dy.to(ScalarType.Float64))])];

            Tensor Wide(Tensor value) => of(value.detach().to(ScalarType.Float64)).detach().requires_grad_();
        }

        void AssertClose(Tensor right, Tensor size, Tensor actual, int which)
        {
            double[] expectedValues = right.Values(), sizes = size.Values(), values = actual.to(ScalarType.Float64).Values();
            for (int i = 0; i < values.Length; i++)
                Assert.True(Math.Abs(expectedValues[i] - values[i]) <= Tolerance * sizes[i] + 1e-30,
                    $"({images}, {channels}, {rows}, {columns}), result {which}, element {i}: {values[i]}, not {expectedValues[i]}");
        }
    }

    private static Tensor Of(int seed, params long[] shape) =>
        tensor(Numbers.FloatsOf(seed, (int)shape.Aggregate(1L, (a, n) => a * n)), shape).ToChannelsLast().detach();
}
