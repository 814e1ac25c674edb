using SpotArtifacts.Engine;

namespace SpotArtifacts.Tests.Engine;

public sealed class LinearDecayTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(450, 0.505)]
    [InlineData(900, 0.01)]
    [InlineData(999, 0.01)]
    [InlineData(5000, 0.01)]
    public void At_DefaultShares_FallsOverNineTenths(long step, double share) =>
        Assert.Equal(3e-4 * share, new LinearDecay(3e-4, 1000).At(step), 12);

    [Fact]
    public void At_OwnShares_AreUsed() => Assert.Equal(0.75, new LinearDecay(1, 100, DecayShare: 0.5, FinalShare: 0.5).At(25),
        12);
}
