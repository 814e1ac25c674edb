using SpotArtifacts.Checkpoints;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>Runs of a few steps with trunks other than the method's.</summary>
public sealed class PretrainerTrunkTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    [Theory]
    [InlineData("network.trunk=alexnet_bn")]
    [InlineData("network.trunk=alexnet_bn", "spotting.history_size=6", "spotting.objective=demo", "spotting.real=raw")]
    [InlineData("network.trunk=resnet18")]
    [InlineData("network.trunk=resnet18", "spotting.rotation_weight=1", "spotting.rotation_images=raw", "spotting.balance=0.65")]
    [InlineData("network.trunk=resnet18", "spotting.corrupt=generator_from_noise", "network.encoder_kernel=3")]
    public void Run_StoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(params string[] settings)
    {
        Recipe recipe = TinyRun.Recipe(settings);
        RunFolder whole = _tiny.Create("whole", recipe), stopped = _tiny.Create("stopped", recipe);
        _tiny.Run(whole);

        _tiny.RunUntil(stopped, SpottingStage.Name, 3);
        _tiny.Run(stopped);

        TinyRun.AssertSame(whole, stopped);
        Assert.True(Checkpoint.Read(whole.Weights).Has("discriminator.conv1.bn.running_mean"));
    }

    [Theory]
    [InlineData("alexnet_bn")]
    [InlineData("resnet18")]
    public void Run_Bfloat16StoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(string trunk)
    {
        Recipe recipe = TinyRun.Recipe($"network.trunk={trunk}");
        RunFolder whole = _tiny.Create("whole", recipe, precision: "bf16"),
        stopped = _tiny.Create("stopped", recipe, precision: "bf16");
        _tiny.Run(whole);

        _tiny.RunUntil(stopped, SpottingStage.Name, 3);
        _tiny.Run(RunFolder.Open(stopped.Path));

        TinyRun.AssertSame(whole, stopped);
    }

    public void Dispose() => _tiny.Dispose();
}
