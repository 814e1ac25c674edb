namespace SpotArtifacts.Torch.Tests;

public sealed class TorchDeviceTests
{
    [Fact]
    public void Require_Cpu_IsItself() => Assert.Equal("cpu", TorchDevice.Require("cpu"));

    [Theory]
    [InlineData("gpu")]
    [InlineData("CPU")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1.5")]
    [InlineData("")]
    public void Require_NoDevice_SaysWhichThereAre(string name)
    {
        string message = Assert.Throws<TorchException>(() => TorchDevice.Require(name)).Message;

        Assert.Equal($"device '{name}': the devices are cpu, cuda and cuda:N", message);
    }

    [Fact]
    public void Require_MoreDevicesThanThereAre_SaysWhatLibtorchSees()
    {
        string message = Assert.Throws<TorchException>(() => TorchDevice.Require("cuda:1000")).Message;

        Assert.Contains("device cuda:1000 is not there", message, StringComparison.Ordinal);
        Assert.Contains(TorchRuntime.Describe().CudaBuilt ? "CUDA_VISIBLE_DEVICES" : "SPOT_LIBTORCH", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Require_FirstCudaDevice_IsNumberedOrRefused()
    {
        if (TorchRuntime.Describe().CudaDevices > 0) Assert.Equal("cuda:0", TorchDevice.Require("cuda"));
        else Assert.Throws<TorchException>(() => TorchDevice.Require("cuda"));
    }
}
