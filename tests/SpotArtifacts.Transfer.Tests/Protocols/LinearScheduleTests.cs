using SpotArtifacts.Transfer.Protocols;

namespace SpotArtifacts.Transfer.Tests.Protocols;

/// <summary>The published tables of learning rates.</summary>
public sealed class LinearScheduleTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 0.2)]
    [InlineData(14, 0.2)]
    [InlineData(15, 0.04)]
    [InlineData(25, 0.008)]
    [InlineData(34, 0.008)]
    public void LinearRotNet_Share_IsThatOfTheEpoch(double epoch, double share) => Assert.Equal(share, LinearRotNet.Share(epoch));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(39_999, 1)]
    [InlineData(40_000, 0.1)]
    [InlineData(80_000, 0.01)]
    [InlineData(139_999, 0.001)]
    public void LinearZhang_Share_FallsEvery40000Iterations(int iteration, double share) =>
        Assert.Equal(share, LinearZhang.Share(iteration / 140_000.0), 12);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.0799, 1)]
    [InlineData(0.08, 0.1)]
    [InlineData(0.4, 0.02)]
    [InlineData(0.7, 0.004)]
    [InlineData(0.9, 0.0008)]
    [InlineData(1, 0.0008)]
    public void Stl10_Share_SwitchesAtLcisShares(double done, double share) => Assert.Equal(share, Stl10Protocol.Share(done));
}
