using SpotArtifacts.Torch.Optimization;

namespace SpotArtifacts.Torch.Tests.Optimization;

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(450, 0.505)]
    [InlineData(900, 0.01)]
    [InlineData(999, 0.01)]
    [InlineData(5000, 0.01)]
    public void LinearDecay_DefaultShares_FallsOverNineTenths(long step, double share) =>
        Assert.Equal(3e-4 * share, new LinearDecay(3e-4, 1000).At(step), 12);

    [Fact]
    public void LinearDecay_OwnShares_AreUsed() => Assert.Equal(0.75, new LinearDecay(1, 100, DecayShare: 0.5, FinalShare: 0.5).At(25), 12);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 0.1)]
    [InlineData(20, 0.01)]
    [InlineData(99, 0.01)]
    public void StepDecay_Milestones_ApplyFromTheirStepOn(long step, double expected) =>
        Assert.Equal(expected, new StepDecay(1, [10, 20]).At(step), 12);

    [Fact]
    public void StepDecay_OwnFactor_IsUsed() => Assert.Equal(0.25, new StepDecay(1, [1, 2], 0.5).At(7), 12);
}
