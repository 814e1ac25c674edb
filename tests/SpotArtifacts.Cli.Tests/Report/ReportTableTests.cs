using System.Text.RegularExpressions;
using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public class ReportTableTests
{
    [Theory]
    [InlineData(BestCell.None, "")]
    [InlineData(BestCell.PerRow, "2 5")]
    [InlineData(BestCell.PerColumn, "4 5")]
    [InlineData(BestCell.Overall, "5")]
    public void ToHtml_Best_IsSoughtWhereAsked(Enum best, string expected) =>
        Assert.Equal(expected,
            Bold(new ReportTable("", "a", "b") { Best = (BestCell)best }
                .AddRow("r", One(1), One(2)).AddRow("s", One(4), One(5))));

    [Fact]
    public void ToHtml_LowerIsBetter_TakesTheSmallest() =>
        Assert.Equal("1",
            Bold(new ReportTable("", "a", "b") { Best = BestCell.PerRow, LowerIsBetter = true }.AddRow("r", One(1), One(2))));

    [Fact]
    public void ToHtml_ColumnOutOfCompetition_IsNeverBest() =>
        Assert.Equal("2",
            Bold(new ReportTable("", "a", new ReportColumn("d", Competes: false)) { Best = BestCell.PerRow }.AddRow("r", One(2),
            One(9))));

    [Fact]
    public void ToHtml_TextAndNaN_DoNotCompete()
    {
        var table = new ReportTable("", "a", "b", "c") { Best = BestCell.PerRow };
        Assert.Equal("-3", Bold(table.AddRow("r", new ReportCell("n/a"), One(double.NaN), One(-3))));
    }

    [Fact]
    public void ToHtml_EqualNumbers_AreAllBest() =>
        Assert.Equal("2 2", Bold(new ReportTable("", "a", "b") { Best = BestCell.PerRow }.AddRow("r", One(2), One(2))));

    [Fact]
    public void AddRow_WrongNumberOfCells_IsRefused()
    {
        var failure = Assert.Throws<ArgumentException>(() => new ReportTable("", "a", "b").AddRow("conv1", One(1)));
        Assert.Contains("'conv1' has 1 cells, the table 2 columns", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NoColumns_IsRefused() => Assert.Throws<ArgumentException>(() => new ReportTable("corner"));

    [Theory]
    [InlineData(12.345, "0.0", "12.3")]
    [InlineData(1.5, "+0.0;-0.0", "+1.5")]
    [InlineData(double.NaN, "0.0", "\u2013")]
    public void Number_Format_IsInvariant(double value, string format, string expected) =>
        Assert.Equal(expected, ReportCell.Number(value, format).Text);

    private static ReportCell One(double value) => ReportCell.Number(value, "0");

    private static string Bold(ReportTable table) =>
        string.Join(' ', Regex.Matches(table.ToHtml(), "<strong>(.*?)</strong>").Select(match => match.Groups[1].Value));
}
