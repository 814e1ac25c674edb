using AngleSharp.Dom;
using Bunit;
using SpotArtifacts.Studio.Artifacts;

namespace SpotArtifacts.Studio.Tests.Artifacts;

public sealed class RepairGridTests : BunitContext
{
    public RepairGridTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    [Fact]
    public void Buttons_SayWhatIsDropped_AndWhichWasPressed()
    {
        int? pressed = null;
        IRenderedComponent<RepairGrid> grid = Render<RepairGrid>(with => with
            .Add(one => one.Grid, 2).Add(one => one.Keep, [1, 0, 1, 1]).Add(one => one.OnToggle, place => pressed = place));

        IReadOnlyList<IElement> cells = grid.FindAll("button");
        Assert.Equal(["false", "true", "false", "false"], cells.Select(cell => cell.GetAttribute("aria-pressed")));
        Assert.Equal("row 1, column 2, dropped", cells[1].GetAttribute("aria-label"));
        Assert.Equal(["0", "-1", "-1", "-1"], cells.Select(cell => cell.GetAttribute("tabindex")));

        cells[2].Click();

        Assert.Equal(2, pressed);
        Assert.Equal(["-1", "-1", "0", "-1"], grid.FindAll("button").Select(cell => cell.GetAttribute("tabindex")));
    }
}
