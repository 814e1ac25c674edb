using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class EnginePrecisionTests
{
    private static readonly Device s_cuda = new(DeviceType.CUDA, 0);

    [Fact]
    public void Parse_Names_GiveWhatTheDeviceHas()
    {
        Assert.Equal(Precision.F32, EnginePrecision.Parse("f32", CPU));
        Assert.Equal(Precision.Bf16, EnginePrecision.Parse("bf16", CPU));
        Assert.Equal(Precision.Tf32, EnginePrecision.Parse("tf32", s_cuda));
        Assert.Equal(Precision.Bf16, EnginePrecision.Parse("auto", s_cuda));
        Assert.Equal(Processor.HasBfloat16 ? Precision.Bf16 : Precision.F32, EnginePrecision.Parse("auto", CPU));
    }

    [Fact]
    public void Parse_NoSuchPrecision_IsAnErrorThatSaysWhatThereIs()
    {
        Assert.Equal("precision 'half': the precisions are f32, tf32, bf16, auto",
            Assert.Throws<NativeEngineException>(() => EnginePrecision.Parse("half", CPU)).Message);
        Assert.Equal("precision tf32 is one of CUDA devices, not of cpu: take f32 or bf16",
            Assert.Throws<NativeEngineException>(() => EnginePrecision.Parse("tf32", CPU)).Message);
    }

    [Fact]
    public void Use_Disposed_GivesBackThePrecisionBefore()
    {
        using (EnginePrecision.Use(Precision.Bf16))
        {
            using (EnginePrecision.Use(Precision.F32))
                Assert.Equal(Precision.F32, EnginePrecision.Current);
            Assert.Equal(Precision.Bf16, EnginePrecision.Current);
        }
        Assert.Equal(Precision.F32, EnginePrecision.Current);
    }

    [Fact]
    public void CastWeightsOnce_UsedTwice_IsOneCastThatBothUsesAreDifferentiatedThrough()
    {
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = TensorData.From([1.5f, -2, 0.25f, 8], 4).requires_grad_();
        Tensor twice;
        using (EnginePrecision.CastWeightsOnce())
        {
            Tensor first = EnginePrecision.NarrowWeight(weight);
            Assert.Equal(ScalarType.BFloat16, first.dtype);
            Assert.Same(first, EnginePrecision.NarrowWeight(weight));
            using (no_grad())
                Assert.False(EnginePrecision.NarrowWeight(weight).requires_grad);
            twice = first.Times(3).Plus(EnginePrecision.NarrowWeight(weight));
        }

        Tensor gradient = Assert.Single(Gradients.Of([twice.to(ScalarType.Float32).sum()], [weight]));

        Assert.Equal([4, 4, 4, 4], gradient.ToArray<float>());
        Assert.Equal(ScalarType.Float32, gradient.dtype);
    }

    [Fact]
    public void CastWeightsOnce_Disposed_CastsWhatTheWeightsAreThen()
    {
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = TensorData.From([1.5f], 1);
        long before = LiveTensors.Count();
        using (EnginePrecision.CastWeightsOnce())
            _ = EnginePrecision.NarrowWeight(weight);
        Assert.Equal(before, LiveTensors.Count());

        weight.copy_(TensorData.From([2.5f], 1));

        using (EnginePrecision.CastWeightsOnce())
            Assert.Equal(2.5f, EnginePrecision.NarrowWeight(weight).to(ScalarType.Float32).item<float>());
        Assert.Equal(2.5f, EnginePrecision.NarrowWeight(weight).to(ScalarType.Float32).item<float>());
    }

    [Fact]
    public void CastWeightsOnce_Float32_TakesTheWeightsThemselves()
    {
        using IDisposable once = EnginePrecision.CastWeightsOnce();
        using Tensor weight = TensorData.From([1.5f], 1);

        Assert.Same(weight, EnginePrecision.NarrowWeight(weight));
    }
}
