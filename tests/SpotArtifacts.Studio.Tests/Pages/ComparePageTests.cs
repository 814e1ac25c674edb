using Bunit;
using SpotArtifacts.Studio.Pages;

namespace SpotArtifacts.Studio.Tests.Pages;

public sealed class ComparePageTests : PageContext
{
    [Fact]
    public void Render_TwoRuns_ShowsTheSettingsThatDiffer()
    {
        Runs.Make("a");
        Runs.Make("b", spotting: 100, settings: ["seed=7", "damage.drop_rate=0.5"]);

        IRenderedComponent<ComparePage> page = Render<ComparePage>(with => with.Add(p => p.A, "a").Add(p => p.B, "b"));

        Assert.Equal(["seed|1|7", "damage.drop_rate|0.7|0.5"], page.Find("table tbody").Children
            .Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))));
        Assert.Equal(2, page.FindAll(".studio-sheet img").Count);
    }

    [Fact]
    public void Render_OneIsMissing_SaysWhich()
    {
        Runs.Make("a");

        IRenderedComponent<ComparePage> page = Render<ComparePage>(with => with.Add(p => p.A, "a").Add(p => p.B, "gone"));

        Assert.Contains("gone", page.Find(".studio-empty code").TextContent, StringComparison.Ordinal);
    }
}
