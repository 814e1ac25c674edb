using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>One browser and one server for all tests that look at pages as users do.</summary>
public sealed class StudioBrowser : IAsyncLifetime
{
    /// <summary>Name of the collection of these tests: they share this, and one waits for another.</summary>
    internal const string Collection = "browser";

    private const string Chromium = "/usr/bin/chromium";

    private readonly Dictionary<(int Width, bool Dark), IBrowserContext> _contexts = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private WebApplication? _app;

    /// <summary>The runs that the server shows.</summary>
    internal SampleRuns Runs { get; } = new();

    /// <summary>
    /// Whether axe looks at every state of every page (<c>SPOT_BROWSER=all</c>), which takes a minute and a half more; else at
    /// two pages.
    /// </summary>
    internal static bool LooksAtAll => Environment.GetEnvironmentVariable("SPOT_BROWSER") == "all";

    /// <summary>Where screenshots are wanted; null for nowhere.</summary>
    internal static string? Shots => Environment.GetEnvironmentVariable("SPOT_STUDIO_SHOTS");

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
            return;
        Runs.Make("finished", finished: true);
        Runs.Make("stopped", spotting: 120, settings: ["seed=7", "spotting.repair_learning_rate=0.0008"]);
        Runs.Make("failed", spotting: 0, checkpoint: false);
        _app = await StudioServer.Start(Runs.Options, CancellationToken.None);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        Runs.Dispose();
    }

    /// <summary>Opens a page and waits until it answers; what it complains of goes into the list.</summary>
    internal async Task<IPage> Open(string path, int width, bool dark, List<string> complaints)
    {
        Assert.SkipWhen(_browser is null, $"there is no {Chromium}");
        IPage page = await (await Context(width, dark)).NewPageAsync();
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

    // One for each look, so that scripts, styles and fonts are fetched once.
    private async Task<IBrowserContext> Context(int width, bool dark)
    {
        if (_contexts.TryGetValue((width, dark), out IBrowserContext? known))
            return known;
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = _app!.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(20_000);
        return _contexts[(width, dark)] = context;
    }
}

[CollectionDefinition(StudioBrowser.Collection)]
public sealed class BrowserTests : ICollectionFixture<StudioBrowser>;
