using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using SpotArtifacts.Studio.Server;
using SpotArtifacts.Studio.Tests.Models;
using SpotArtifacts.Transfer;

[assembly: AssemblyFixture(typeof(SpotArtifacts.Studio.Tests.Browser.StudioBrowser))]

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>
/// One browser and one server for all tests that look at pages as users do, each class beside the others. Started by the first.
/// </summary>
public sealed class StudioBrowser : IAsyncDisposable
{
    /// <summary>How long is waited for what is certain to come, in milliseconds: a training may have both cores.</summary>
    internal const float Patience = 40_000;

    /// <summary>Height of every screen.</summary>
    internal const int Height = 900;

    private const string Chromium = "/usr/bin/chromium";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lazy<Task<IBrowserContext>> _context;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private WebApplication? _app;

    public StudioBrowser() => _context = new(Start);

    /// <summary>The runs that the server shows.</summary>
    internal SampleRuns Runs { get; } = new();

    /// <summary>
    /// Whether every state of every page is looked at in both widths and both lights, and with axe, and a run is watched for a
    /// minute (<c>SPOT_BROWSER=all</c>), which takes minutes; else axe looks at two pages.
    /// </summary>
    internal static bool LooksAtAll => Environment.GetEnvironmentVariable("SPOT_BROWSER") == "all";

    /// <summary>Where screenshots are wanted; null for nowhere.</summary>
    internal static string? Shots => Environment.GetEnvironmentVariable("SPOT_STUDIO_SHOTS");

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        Runs.Dispose();
    }

    /// <summary>
    /// Opens a page and waits until it answers; what it complains of goes into the list. A page that is alone shares no cookie.
    /// </summary>
    internal async Task<IPage> Open(string path, Look look, List<string> complaints, bool alone = false)
    {
        Assert.SkipUnless(File.Exists(Chromium), $"there is no {Chromium}");
        IBrowserContext shared = await _context.Value;
        IPage page = await (alone ? await NewContext() : shared).NewPageAsync();
        await page.SetViewportSizeAsync(look.Width, Height);
        await page.EmulateMediaAsync(new() { ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light });
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.RequestFailed += (_, request) => complaints.Add($"{request.Url}: {request.Failure}");
        await page.GotoAsync(path);
        await page.WaitForSelectorAsync("main[data-interactive=yes]");
        return page;
    }

    private async Task<IBrowserContext> Start()
    {
        Runs.Make("finished", finished: true);
        Runs.Make("stopped", spotting: 120, settings: ["seed=7", "spotting.repair_learning_rate=0.0008"]);
        Runs.Make("failed", spotting: 0, checkpoint: false);
        ModelFolder.WriteModels(Runs.Runs);
        File.WriteAllText(Path.Combine(Runs.Runs, "tiny.evaluation.json"), JsonSerializer.Serialize(
            new[] { Worth("random", 0.3), Worth("pre-trained", 0.4) }, s_json));
        _app = await StudioServer.Start(Runs.Options, CancellationToken.None);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"],
        });
        Assertions.SetDefaultExpectTimeout(Patience);
        return await NewContext(); // one for all pages, so that scripts, styles and fonts are fetched once
    }

    private async Task<IBrowserContext> NewContext()
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = _app!.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        return context;
    }

    private static NetworkWorth Worth(string network, double top1) => new(network, [.. Enumerable.Range(1, 5)
        .Select(layer => new LayerWorth($"conv{layer}", 64, top1 + 0.02 * layer, top1 - 0.02 * layer, 1, 0))]);
}
