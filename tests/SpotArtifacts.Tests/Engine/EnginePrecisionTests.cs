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
}
