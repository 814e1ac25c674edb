using Bunit;
using Radzen.Blazor.Rendering;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Pages;

/// <summary>Components with the services that the server gives them.</summary>
public abstract class PageContext : BunitContext
{
    protected PageContext()
    {
        StudioServer.AddStudio(Services, Runs.Options);
        JSInterop.Mode = JSRuntimeMode.Loose;
        JSInterop.Setup<Rect>(_ => true).SetResult(new Rect { Width = 600, Height = 240 }); // of a chart
    }

    private protected SampleRuns Runs { get; } = new();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Runs.Dispose();
    }
}
