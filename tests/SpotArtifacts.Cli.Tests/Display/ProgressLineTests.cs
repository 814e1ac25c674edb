using SpotArtifacts.Cli.Display;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Tests.Display;

public sealed class ProgressLineTests
{
    private static readonly ProgressReport s_report =
        new("spotting", 1200, 40000, 812.4, 0.018, [("spotting", 0.693147), ("repair", 12.5)], new TimeSpan(1, 2, 3));

    [Fact]
    public void Format_EverythingKnown_ShowsEveryField() =>
        Assert.Equal(
            "spotting  1200/40000 (3%)  812 images/s  waiting 2%  spotting 0.6931  repair 12.5  1:02:03 left",
            ProgressLine.Format(s_report));

    [Theory]
    [InlineData(0, 0, "0/0 (0%)")]
    [InlineData(39999, 40000, "39999/40000 (99%)")]
    [InlineData(40000, 40000, "40000/40000 (100%)")]
    public void Format_Share_IsRoundedDown(long step, long steps, string text) =>
        Assert.Contains(text, ProgressLine.Format(s_report with { Step = step, Steps = steps }), StringComparison.Ordinal);

    [Theory]
    [InlineData(0.25, "0.2 images/s")]
    [InlineData(99.94, "99.9 images/s")]
    [InlineData(12345.6, "12346 images/s")]
    public void Format_Rate_ShowsTenthsOnlyWhereTheyMatter(double rate, string text) =>
        Assert.Contains(text, ProgressLine.Format(s_report with { ImagesPerSecond = rate }), StringComparison.Ordinal);

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(1.23456789e-7, "1.235E-07")]
    [InlineData(123456, "1.235E+05")]
    public void Format_AwkwardLoss_IsShownAsItIs(double loss, string text) =>
        Assert.EndsWith("  a " + text, ProgressLine.Format(s_report with { Losses = [("a", loss)], Remaining = TimeSpan.Zero }),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Format_RemainingUnknown_IsLeftOut(int seconds) =>
        Assert.DoesNotContain("left", ProgressLine.Format(s_report with { Remaining = TimeSpan.FromSeconds(seconds) }),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(5, "0:05")]
    [InlineData(245, "4:05")]
    [InlineData(3599, "59:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(86399, "23:59:59")]
    [InlineData(183845, "2d 03:04:05")]
    public void Duration_AnyLength_IsReadable(int seconds, string text) =>
        Assert.Equal(text, ProgressLine.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("abcdef", 1, "…")]
    [InlineData("abcdef", 0, "abcdef")]
    [InlineData("abcdef", -1, "abcdef")]
    public void Fit_Width_CutsWithAMarkUnlessUnknown(string line, int width, string text) =>
        Assert.Equal(text, ProgressLine.Fit(line, width));
}
