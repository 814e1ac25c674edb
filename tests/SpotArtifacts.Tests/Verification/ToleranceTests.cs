using SpotArtifacts.Verification;

namespace SpotArtifacts.Tests.Verification;

public class ToleranceTests
{
    [Theory]
    [InlineData(FixtureKind.Spotting, "step5.change", null, 0.03)]
    [InlineData(FixtureKind.Spotting, "step5.running", 1e-3, 1e-3)]
    [InlineData(FixtureKind.Spotting, "step1.running", 1e-4, 1e-4)]
    [InlineData(FixtureKind.Spotting, "gradin.disc", 5e-4, 5e-4)]
    [InlineData(FixtureKind.SpottingDigest, "curve", null, null)]
    [InlineData(FixtureKind.SpottingDigest, "slow_curve", 1e-3, 1e-3)]
    [InlineData(FixtureKind.AutoencoderDigest, "stat.grad.ae", null, 0.01)]
    [InlineData(FixtureKind.Operations, "lrn", 5e-6, 5e-6)]
    public void Of_Stage_TakesTheFirstPrefixThatFits(Enum kind, string stage, double? max, double? l2) =>
        Assert.Equal(new Tolerance(max, l2), Tolerance.Of((FixtureKind)kind, stage));

    [Theory]
    [InlineData(1e-4, 1e-4, true)]
    [InlineData(2e-4, 1e-5, false)]
    [InlineData(1e-5, 2e-4, false)]
    [InlineData(double.NaN, 0, false)]
    public void Allows_BothMeasures_JudgesBoth(double max, double l2, bool allowed) =>
        Assert.Equal(allowed, new Tolerance(1e-4, 1e-4).Allows(new Deviation(max, l2)));

    [Fact]
    public void Allows_NullMax_JudgesL2Alone() => Assert.True(new Tolerance(null, 0.1).Allows(new Deviation(9, 0.05)));

    [Theory]
    [InlineData("out/disc.conv1", "out.disc")]
    [InlineData("out/corrupt", "out")]
    [InlineData("step1/encoder.stem.bn.running_var", "step1.running")]
    [InlineData("step1/encoder.stem.bn.weight", "step1.change")]
    [InlineData("stat.grad.disc/discriminator.fc2.bias", "stat.grad.disc")]
    public void StageOf_Name_IsTheGroupThatJudgesIt(string name, string stage) => Assert.Equal(stage, Comparisons.StageOf(name));
}
