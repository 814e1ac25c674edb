using Bunit;
using SpotArtifacts.Studio.Pages;

namespace SpotArtifacts.Studio.Tests.Pages;

public sealed class NewRunTests : PageContext
{
    [Fact]
    public void Render_Form_HasAFieldForEveryKeyWithItsMeaning()
    {
        IRenderedComponent<NewRun> page = Render<NewRun>();

        Assert.Equal(Pretraining.RecipeKeys.All.Count, page.FindAll(".studio-setting").Count);
        Assert.Contains("probability that a feature entry is dropped", page.Find("#set-damage-drop_rate-help").TextContent,
            StringComparison.Ordinal);
        Assert.Contains("tiny32-1", page.Find("[name=run-name]").GetAttribute("value"), StringComparison.Ordinal);
    }

    [Fact]
    public void Change_ValueThatIsNotAllowed_IsSaidAtItsField()
    {
        IRenderedComponent<NewRun> page = Render<NewRun>();

        page.Find("#set-damage-drop_rate").Change("2");

        Assert.Contains("must be a number above 0 and below 1", page.Find(".studio-problem").TextContent,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Submit_NameThatLeadsElsewhere_StartsNothing()
    {
        IRenderedComponent<NewRun> page = Render<NewRun>();

        page.Find("[name=run-name]").Change("../outside");
        page.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Contains("cannot be the name of a run", page.Find(".rz-alert").TextContent,
            StringComparison.Ordinal));
        Assert.Empty(Directory.GetDirectories(Runs.Runs));
    }
}
