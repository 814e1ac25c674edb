using Bunit;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class NumberTableTests : BunitContext
{
    [Theory]
    [InlineData(0, 1, 2, "")] // how many compete
    [InlineData(2, 1, 2, "2.0")]
    [InlineData(1, 1, 2, "1.0")]
    [InlineData(2, 2, 2, "2.0 2.0")]
    [InlineData(2, double.NaN, -3, "-3.0")]
    public void Render_CompetingColumns_HaveTheirBestInBold(int competing, double a, double b, string bold) =>
        Assert.Equal(bold, string.Join(' ', Table(competing, a, b).FindAll("strong").Select(one => one.TextContent)));

    [Theory]
    [InlineData(12.345, 1.5, "12.3|1.5|+1.5")]
    [InlineData(double.NaN, -0.25, "\u2013|-0.3|-0.3")]
    public void Render_Numbers_AreInvariantAndDifferencesSigned(double a, double b, string expected)
    {
        IRenderedComponent<NumberTable> table = Table(0, a, b, b);

        Assert.Equal(expected, string.Join('|', table.FindAll("td").Select(cell => cell.TextContent)));
        Assert.Equal(["layer", "a", "b", "difference"], table.FindAll("thead th").Select(cell => cell.TextContent));
        Assert.Equal("conv1", table.Find("tbody th").TextContent);
    }

    private IRenderedComponent<NumberTable> Table(int competing, params double[] values) => Render<NumberTable>(with => with
        .Add(one => one.Corner, "layer").Add(one => one.Columns, ["a", "b", NumberTable.Difference])
        .Add(one => one.Rows, [("conv1", values)]).Add(one => one.Competing, competing));
}
