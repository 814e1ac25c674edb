using System.Reflection;
using Xunit.v3;

[assembly: Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: SpotArtifacts.Torch.Tests.LiveTensors]

namespace SpotArtifacts.Torch.Tests;

/// <summary>Fails a test that leaves native tensors behind. The count is the process's, so tests run one at a time.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class LiveTensorsAttribute : BeforeAfterTestAttribute
{
    private long _before;

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        // One thread: the cases are tiny, and the cores may be busy.
        TorchRuntime.ThreadCount = 1;
        _before = Tensor.LiveCount;
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Check(_before, Tensor.LiveCount);

    // A finaliser may free what an earlier test leaked, so fewer is no mistake.
    internal static void Check(long before, long after) =>
        Assert.True(after <= before, $"{after - before} native tensors were left behind");
}
