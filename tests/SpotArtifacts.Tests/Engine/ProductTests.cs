using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class ProductTests
{
    private const double Tolerance = 2e-6; // of the sum of the magnitudes that a result is the sum of

    [Fact]
    public void OfTransposed_RandomShapes_AgreesWithDoublePrecisionForwardAndBackward()
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
            Assert.Skip("the kernel needs AVX-512");
        var random = new Random(3);
        for (int trial = 0; trial < 120; trial++)
            Check(trial, random.Next(1, 70), outputs: random.Next(1, trial % 8 == 0 ? 700 : 70),
                inputs: random.Next(1, trial % 8 == 1 ? 900 : 70));
    }

    [Fact]
    public void OfNarrowed_RandomShapes_AgreesWithDoublePrecisionAndSumsWeightGradientsInFloat32()
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
            Assert.Skip("the kernel needs AVX-512");
        var random = new Random(4);
        for (int trial = 0; trial < 60; trial++)
        {
            using DisposeScope scope = NewDisposeScope();
            int batch = random.Next(1, 40), outputs = 2 * random.Next(1, 40), inputs = random.Next(1, 70);
            Tensor x = tensor(Numbers.FloatsOf(trial, batch * inputs), batch, inputs).to(ScalarType.BFloat16).requires_grad_();
            Tensor w = tensor(Numbers.FloatsOf(500 + trial, outputs * inputs), outputs, inputs).requires_grad_();
            Tensor dy = tensor(Numbers.FloatsOf(900 + trial, batch * outputs), batch, outputs).to(ScalarType.BFloat16);

            Tensor y = Product.OfNarrowed(x, w);
            Tensor[] gradients = Gradients.Of([y], [x, w], outputGradients: [dy]);

            using IDisposable off = no_grad();
            (Tensor x64, Tensor w64, Tensor dy64) =
                (x.to(ScalarType.Float64), w.to(ScalarType.Float64), dy.to(ScalarType.Float64));
            Assert.Equal((ScalarType.BFloat16, ScalarType.Float32), (gradients[0].dtype, gradients[1].dtype));
            Assert.InRange(Numbers.Deviation(y, x64.mm(w64.t())), 0, 0.01);
            Assert.InRange(Numbers.Deviation(gradients[0], dy64.mm(w64)), 0, 0.01);
            Assert.InRange(Numbers.Deviation(gradients[1], dy64.t().mm(x64)), 0, 1e-6);
        }
    }

    [Theory]
    [InlineData("f32", ScalarType.Float32)]
    [InlineData("bf16", ScalarType.BFloat16)]
    public void OfTransposed_WeightsOfAParameter_GivesTheParameterItsGradient(string precision, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable use = EnginePrecision.Use(EnginePrecision.Parse(precision, CPU));
        Tensor x = rand(6, 18), weight = rand(10, 2, 3, 3).requires_grad_();

        Tensor y = Product.OfTransposed(x, weight, w => w.reshape(10, 18));
        Tensor gradient = Gradients.Of([y.to(ScalarType.Float32).sum()], [weight])[0];

        Assert.Equal((type, ScalarType.Float32), (y.dtype, gradient.dtype));
        Assert.InRange(Numbers.Deviation(y, x.mm(weight.detach().reshape(10, 18).t()).to(ScalarType.Float64)), 0, 0.01);
        Tensor sums = x.sum([0]).expand(10, 18).reshape(10, 2, 3, 3).to(ScalarType.Float64);
        Assert.InRange(Numbers.Deviation(gradient, sums), 0, 0.01);
    }

    [Fact]
    public void OfTransposed_OnlyInputsGradientWanted_GivesItAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(9, 20).requires_grad_(), w = rand(30, 20).requires_grad_();

        Tensor y = Product.OfTransposed(x, w, ours: MatrixProductKernel.IsFaster);
        Tensor alone = Gradients.Of([y.sum()], [x])[0];

        Numbers.AssertClose(w.sum([0]).expand(9, 20).Values(), alone.Values(), 1e-5);
    }

    [Fact]
    public void OfTransposed_ManyTimes_LeavesNoTensorsBehind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(9, 20).requires_grad_(), w = rand(30, 20).requires_grad_();
        long before = LiveTensors.Count();
        for (int i = 0; i < 20; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Gradients.Of([Product.OfTransposed(x, w, MatrixProductKernel.IsFaster).sum()], [x, w]);
            if (MatrixProductKernel.IsFaster)
                Gradients.Of([Product.OfNarrowed(x.to(ScalarType.BFloat16), w).sum()], [x, w]);
        }
        Assert.Equal(before, LiveTensors.Count());
    }

    private static void Check(int trial, int batch, int outputs, int inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(Numbers.FloatsOf(trial, batch * inputs), batch, inputs).requires_grad_();
        Tensor w = tensor(Numbers.FloatsOf(500 + trial, outputs * inputs), outputs, inputs).requires_grad_();
        Tensor dy = tensor(Numbers.FloatsOf(900 + trial, batch * outputs), batch, outputs);

        Tensor y = Product.OfTransposed(x, w, ours: true);
        Tensor[] gradients = Gradients.Of([y], [x, w], outputGradients: [dy]);

        using IDisposable off = no_grad();
        (Tensor x64, Tensor w64, Tensor dy64) = (x.to(ScalarType.Float64), w.to(ScalarType.Float64), dy.to(ScalarType.Float64));
        AssertClose(x64.mm(w64.t()), x64.abs().mm(w64.abs().t()), y);
        AssertClose(dy64.mm(w64), dy64.abs().mm(w64.abs()), gradients[0]);
        AssertClose(dy64.t().mm(x64), dy64.abs().t().mm(x64.abs()), gradients[1]);

        void AssertClose(Tensor expected, Tensor magnitude, Tensor actual)
        {
            double[] right = expected.Values(), size = magnitude.Values(), got = actual.to(ScalarType.Float64).Values();
            for (int i = 0; i < right.Length; i++)
                Assert.True(Math.Abs(right[i] - got[i]) <= Tolerance * size[i] + 1e-30,
                    $"({batch}, {inputs}) by ({outputs}, {inputs}), element {i}: {got[i]}, not {right[i]}");
        }
    }
}
