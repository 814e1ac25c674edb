using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public class ChartAxisTests
{
    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.03, 0.97, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-1, 1, "-1.0 -0.5 0 0.5 1.0")]
    [InlineData(0, 40_000, "0 10k 20k 30k 40k")]
    [InlineData(0, 3e6, "0 1M 2M 3M")]
    [InlineData(0, 4e-5, "0 1e-5 2e-5 3e-5 4e-5")]
    [InlineData(98, 102, "98 99 100 101 102")]
    public void Ticks_LooseRange_AreRoundAndCoverIt(double low, double high, string expected)
    {
        var axis = new ChartAxis(low, high, 5, tight: false);
        Assert.Equal(expected, string.Join(' ', axis.Ticks().Select(tick => tick.Label)));
        Assert.True(axis.Low <= low && axis.High >= high);
    }

    [Fact]
    public void Ticks_TightRange_LieInsideOrCloseBy()
    {
        var axis = new ChartAxis(50, 39_999, 7, tight: true);
        Assert.Equal("0 10k 20k 30k 40k", string.Join(' ', axis.Ticks().Select(tick => tick.Label)));
        Assert.Equal((0, 40_000), (axis.Low, axis.High));
        Assert.Equal(1_300, new ChartAxis(10, 1_300, 7, tight: true).High);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1e-5)]
    [InlineData(1e12)]
    [InlineData(5e-324)]
    public void Axis_ConstantValue_LiesInside(double value)
    {
        var axis = new ChartAxis(value, value, 5, tight: true);
        Assert.InRange(axis.Position(value), 0.2, 0.8);
        Assert.InRange(axis.Ticks().Count(), 2, 12);
    }

    [Fact]
    public void Position_Ends_AreZeroAndOne()
    {
        var axis = new ChartAxis(2, 7, 5, tight: true);
        Assert.Equal(0, axis.Position(2));
        Assert.Equal(1, axis.Position(7));
    }
}
