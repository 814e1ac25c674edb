using Bunit;
using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class FigureListTests : BunitContext
{
    [Fact]
    public void Render_Figures_HaveNotesWhereThereIsSomethingToSay()
    {
        IRenderedComponent<FigureList> list = Render<FigureList>(with => with.Add(
            one => one.Figures, [("time", "3 min", ""), ("gain", "+2.5 points", "best layer")]));

        Assert.Equal(["time|3 min", "gain|+2.5 points|best layer"], list.FindAll("dl > div")
            .Select(figure => string.Join('|', figure.Children.Select(part => part.TextContent))));
        Assert.Equal("best layer", list.Find(".note").TextContent);
    }
}
