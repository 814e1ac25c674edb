using SpotArtifacts.Verification;

namespace SpotArtifacts.Tests.Verification;

public class DeviationTests
{
    [Fact]
    public void Of_HandComputed_DividesByLargestAndByNorm()
    {
        Deviation deviation = Deviation.Of([3, 4.5f, 0], [3, -4, 0]);
        Assert.Equal((8.5 / 4, 8.5 / 5), (deviation.Max, deviation.L2));
    }

    [Fact]
    public void OfChange_HandComputed_DividesByRateAndByNormOfChange()
    {
        Deviation deviation = Deviation.OfChange([13, 24], [13, 14], [10, 10], 0.5);
        Assert.Equal((20, 2), (deviation.Max, deviation.L2));
    }

    [Fact]
    public void Of_EqualZeros_IsZero() => Assert.Equal(new Deviation(0, 0), Deviation.Of([0, 0], [0, 0]));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(float.NaN, 1)]
    [InlineData(1, float.NaN)]
    public void Of_NothingToDivideByOrNotANumber_IsInfinite(float actual, float expected) =>
        Assert.Equal(new Deviation(double.PositiveInfinity, double.PositiveInfinity), Deviation.Of([actual], [expected]));
}
