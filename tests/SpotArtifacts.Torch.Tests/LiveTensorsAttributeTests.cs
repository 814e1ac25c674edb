using System.Reflection;

namespace SpotArtifacts.Torch.Tests;

public class LiveTensorsAttributeTests
{
    private static readonly MethodInfo s_method = typeof(LiveTensorsAttributeTests).GetMethod(nameof(After_TensorLeftBehind_Fails))!;

    [Fact]
    public void After_TensorLeftBehind_Fails()
    {
        var checker = new LiveTensorsAttribute();
        checker.Before(s_method, null!);
        using Tensor leaked = Tensor.Scalar(1);

        Exception? thrown = Record.Exception(() => checker.After(s_method, null!));

        Assert.Contains("1 native tensors were left behind", thrown?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_TensorFreed_Passes()
    {
        var checker = new LiveTensorsAttribute();
        checker.Before(s_method, null!);
        Tensor.Scalar(1).Dispose();

        checker.After(s_method, null!);
    }

    [Fact]
    public void Assembly_IsChecked_ByTheAttribute() =>
        Assert.Single(typeof(LiveTensorsAttribute).Assembly.GetCustomAttributes<LiveTensorsAttribute>());
}
