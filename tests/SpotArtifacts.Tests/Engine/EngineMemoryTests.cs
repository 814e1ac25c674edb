using System.Globalization;
using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

/// <summary>What is done thousands of times leaves nothing behind, neither tensors nor memory.</summary>
[Collection(Collection)]
public sealed class EngineMemoryTests
{
    private const string Collection = "engine memory";
    private const int WarmUp = 200, Calls = 2000;
    private const long AllowedGrowth = 8 << 20;

    [CollectionDefinition(Collection, DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    public void LocalResponseNorm_ManyTimesForwardAndBackward_LeavesNothing()
    {
        using Tensor x = Numbers.Floats(1, 2, 16, 8, 8).ChannelsLast().requires_grad_();

        Repeat(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            Gradients.Of([Operations.LocalResponseNorm(x, 5, 1, 0.75, 1).sum()], [x]);
        });
    }

    [Fact]
    public void AdamStep_ManyTimes_LeavesNothing()
    {
        using Tensor w = Numbers.Floats(1, 16, 16, 3, 3).ChannelsLast().requires_grad_(),
        b = Numbers.Floats(2, 16).requires_grad_();
        using Tensor gw = Numbers.Floats(3, 16, 16, 3, 3), gb = Numbers.Floats(4, 16);
        using var adam = new Adam([new("w", w, true), new("b", b, false)], new AdamOptions());

        Repeat(() => adam.Step([gw, gb], 1e-4));

        Assert.All(adam.Values, value => Assert.True(value.isfinite().all().item<bool>()));
    }

    [Fact]
    public void RegionMaxPool_ManyTimesForwardAndBackward_LeavesNothing()
    {
        using Tensor x = Numbers.Floats(1, 2, 8, 8, 8).requires_grad_(),
        regions = Numbers.Tensor([0, 0, 0, 3, 3, 1, 1, 1, 7, 7], 2, 5);

        Repeat(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            Gradients.Of([Operations.RegionMaxPool(x, regions, 2, 2, 1).sum()], [x]);
        });
    }

    private static void Repeat(Action action)
    {
        (long memory, long live) = (0, 0);
        for (int call = 0; call < Calls; call++)
        {
            if (call == WarmUp)
                (memory, live) = (ResidentBytes(), DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            action();
        }

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        long growth = ResidentBytes() - memory;
        Assert.True(growth < AllowedGrowth, $"grew by {growth} bytes over {Calls - WarmUp} calls");
    }

    // The managed heap is emptied first, so that what is left is what native code holds.
    private static long ResidentBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return OperatingSystem.IsLinux()
            ? long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1],
                CultureInfo.InvariantCulture) * Environment.SystemPageSize
            : Environment.WorkingSet;
    }
}
