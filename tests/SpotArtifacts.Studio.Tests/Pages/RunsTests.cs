using Bunit;

namespace SpotArtifacts.Studio.Tests.Pages;

public sealed class RunsTests : PageContext
{
    [Fact]
    public void Render_NoRuns_SaysHowToStartOne()
    {
        IRenderedComponent<SpotArtifacts.Studio.Pages.Runs> page = Render<SpotArtifacts.Studio.Pages.Runs>();

        Assert.Contains("spot pretrain", page.Find(".studio-empty").TextContent, StringComparison.Ordinal);
        Assert.Equal("new", page.Find(".studio-empty a").GetAttribute("href"));
    }

    [Fact]
    public void Render_Runs_ShowsStateStepAndFigures()
    {
        Runs.Make("inner/one", finished: true);
        Runs.Make("two", spotting: 100);

        IRenderedComponent<SpotArtifacts.Studio.Pages.Runs> page = Render<SpotArtifacts.Studio.Pages.Runs>();

        Assert.Equal(["runs/inner/one", "runs/two"],
            page.FindAll("h2 a").Select(link => link.GetAttribute("href")!).Order(StringComparer.Ordinal));
        string two = page.FindAll("li").Single(item => item.TextContent.Contains("two", StringComparison.Ordinal)).TextContent;
        Assert.Contains("stopped", two, StringComparison.Ordinal);
        Assert.Contains("stage 2, spotting: step 100 of 200", two, StringComparison.Ordinal);
        Assert.Contains("discriminator right", two, StringComparison.Ordinal);
    }
}
