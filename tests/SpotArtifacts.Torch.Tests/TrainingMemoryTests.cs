using SpotArtifacts.Torch.Modules;
using SpotArtifacts.Torch.Optimization;
using SpotArtifacts.Torch.Tests.Modules;

namespace SpotArtifacts.Torch.Tests;

public class TrainingMemoryTests
{
    private const int WarmUp = 1_000, Steps = 10_000;
    private const long AllowedGrowth = 6 << 20;

    [Fact]
    public void Step_TenThousandTimes_HoldsNoMoreMemoryThanAfterTheFirstThousand()
    {
        using SmallNetwork spotter = new(), repairer = new();
        spotter.Fill();
        repairer.Fill();
        var options = new AdamOptions(0.5, 0.999, 1e-5, 5e-5, 0.999);
        using Adam spotting = new(spotter.TrainedParameters, options), repairing = new(repairer.TrainedParameters, options);
        using Tensor images = Samples.Floats(1, 2, 3, 4, 4);
        (long memory, long live) = (0, 0);

        for (int step = 0; step < Steps; step++)
        {
            if (step == WarmUp) (memory, live) = (ResidentBytes(), Tensor.LiveCount);
            Step(spotter, repairer, spotting, repairing, images);
        }

        Assert.Equal(live, Tensor.LiveCount);
        long growth = ResidentBytes() - memory;
        Assert.True(growth < AllowedGrowth, $"grew by {growth} bytes over {Steps - WarmUp} steps");
        Assert.All(spotter.Parameters, p => Assert.True(p.Value.IsFinite()));
    }

    private static void Step(Module spotter, Module repairer, Adam spotting, Adam repairing, Tensor images)
    {
        using var scope = new TensorScope();
        Tensor repaired = ((SmallNetwork)repairer).Forward(images);
        Tensor verdict = ((SmallNetwork)spotter).Forward(Tensor.Concatenate(1, repaired, repaired.Narrow(1, 0, 1)));
        Tensor first = verdict.Square().Mean(), second = (repaired - images.Narrow(1, 0, 2)).Square().Mean() - verdict.Mean();
        Tensor[] spottingGradients = Autograd.Gradients([first], spotting.Values, retainGraph: true);
        Tensor[] repairGradients = Autograd.Gradients([second], repairing.Values);
        spotting.Step(spottingGradients, 1e-4);
        repairing.Step(repairGradients, 1e-4);
    }

    // The managed heap is emptied first, so that what is left is what native code holds.
    private static long ResidentBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
