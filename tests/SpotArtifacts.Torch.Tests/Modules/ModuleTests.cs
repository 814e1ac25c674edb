namespace SpotArtifacts.Torch.Tests.Modules;

public class ModuleTests
{
    [Fact]
    public void Parameters_NestedParts_KeepTheirNamesInOrder()
    {
        using var net = new SmallNetwork();

        Assert.Equal(
            ["conv.weight", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "head.weight", "head.bias"],
            net.Parameters.Select(p => p.Name));
        Assert.Equal(5, net.TrainedParameters.Count());
    }

    [Fact]
    public void SetRequiresGrad_Off_StopsRecordingOfTrainedOnes()
    {
        using var net = new SmallNetwork();

        net.SetRequiresGrad(false);

        Assert.All(net.Parameters, p => Assert.False(p.Value.RequiresGrad));
    }

    [Fact]
    public void MoveTo_SameDevice_KeepsValuesAndLeaksNothing()
    {
        using var net = new SmallNetwork();
        net.Parameters[0].Set(Samples.FloatArray(1, net.Parameters[0].Value.Count));
        float[] before = net.Parameters[0].Value.ToArray<float>();
        long live = Tensor.LiveCount;

        net.MoveTo("cpu");

        Assert.Equal(before, net.Parameters[0].Value.ToArray<float>());
        Assert.True(net.Parameters[0].Value.RequiresGrad);
        Assert.Equal(live, Tensor.LiveCount);
    }

    [Fact]
    public void Constructor_InsideAScope_OutlivesIt()
    {
        SmallNetwork net;
        using (new TensorScope()) net = new SmallNetwork();

        Assert.Equal(8L, net.Parameters[0].Value.Shape[0]);
        net.Dispose();
    }

    [Fact]
    public void Set_WrongLength_IsAnError()
    {
        using var net = new SmallNetwork();

        Assert.Throws<TorchException>(() => net.Parameters[0].Set([1f, 2f]));
    }
}
