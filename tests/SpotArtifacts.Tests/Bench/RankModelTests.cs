using SpotArtifacts.Bench;

namespace SpotArtifacts.Tests.Bench;

public sealed class RankModelTests
{
    private static readonly RankModel s_model = new(Compute: 0.1, [4e6, 8e6], new RankLink(Latency: 1e-3, Bandwidth: 1e9));

    [Fact]
    public void Step_OneRank_IsItsComputing() => Assert.Equal(0.1, s_model.Step(1));

    [Fact]
    public void Step_FourRanks_AddsFourLatenciesAndOneAndAHalfTimesTheBytesOfEachSum() =>
        Assert.Equal(0.1 + 2 * 4e-3 + 1.5 * 12e6 / 1e9, s_model.Step(4), 12);

    [Fact]
    public void Table_EachLine_HasARate() => Assert.Equal("| 2 | 20 | 116.00 | 16.00 | 172 | 86.2 % | 0.00 |",
        s_model.Table(batch: 10, images: 1).ElementAt(3));
}
