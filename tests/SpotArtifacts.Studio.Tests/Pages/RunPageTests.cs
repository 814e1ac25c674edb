using Bunit;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Pages;

namespace SpotArtifacts.Studio.Tests.Pages;

public sealed class RunPageTests : PageContext
{
    [Fact]
    public void Render_NoSuchRun_LeadsBack()
    {
        IRenderedComponent<RunPage> page = Render<RunPage>(with => with.Add(p => p.Name, "nothing"));

        Assert.Contains("no run of this name", page.Find(".studio-empty").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_RunThatIsStopped_OffersResumeChartsSheetsAndRecipe()
    {
        Runs.Make("a", spotting: 100);
        Runs.Make("b", settings: "seed=7");

        IRenderedComponent<RunPage> page = Render<RunPage>(with => with.Add(p => p.Name, "a"));

        Assert.Contains(page.FindAll("button"), button => button.TextContent.Contains("Resume", StringComparison.Ordinal));
        Assert.Contains("The game", string.Concat(page.FindAll("figcaption").Select(title => title.TextContent)),
            StringComparison.Ordinal);
        Assert.Equal("sheets/a/samples/spotting-0000100.png", page.Find(".studio-sheet img").GetAttribute("src"));
        Assert.Contains("damage.drop_rate", page.Find("details").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_RunThatTrains_OffersStop()
    {
        string run = Runs.Make("a", spotting: 100);
        File.WriteAllText(Path.Combine(run, RunHolder.FileName), RunHolder.This().ToString());

        IRenderedComponent<RunPage> page = Render<RunPage>(with => with.Add(p => p.Name, "a"));

        Assert.Contains(page.FindAll("button"), button => button.TextContent.Contains("Stop", StringComparison.Ordinal));
        Assert.DoesNotContain(page.FindAll("button"), button => button.TextContent.Contains("Resume", StringComparison.Ordinal));
    }
}
