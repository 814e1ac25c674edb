using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>A real run from the form to its end, as a user watches it.</summary>
public sealed class LiveRunTests(StudioBrowser browser)
{
    private readonly List<string> _complaints = [];

    [Fact]
    public async Task NewRun_Started_IsWatchedStoppedAndResumed()
    {
        IPage page = await browser.Open("new", Look.Wide, _complaints);

        await page.Button("Look at them").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "images 24" })).ToBeVisibleAsync();
        await Choose(page, "Preset", "fix32");
        ILocator name = page.Locator("[name=run-name]");
        await Expect(name).ToHaveValueAsync("fix32-1"); // proposed after the preset
        await name.FillAsync("watched");
        await Set(page, "spotting", "set-spotting-steps", "1000000");
        await Set(page, "autoencoding", "set-autoencoding-steps", "5");
        await Set(page, "recording", "set-recording-metrics_every", "2");
        await page.Button("Start").ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("/runs/watched$"));
        await State(page, "running");
        await Expect(page.GetByText("The game: right answers")).ToBeVisibleAsync(); // drawn without a reload
        await new RunWatching(page).Watch(TimeSpan.FromSeconds(StudioBrowser.LooksAtAll ? 60 : 0));
        await Stop(page);
        Assert.True(File.Exists(Path.Combine(browser.Runs.Runs, "watched", "checkpoints", "last.safetensors")));

        await page.Button("Resume").ClickAsync();
        await State(page, "running");
        await Stop(page);
        await page.RequireQuiet(_complaints);
    }

    private static async Task Stop(IPage page)
    {
        await page.Button("Stop with a checkpoint").ClickAsync();
        await State(page, "stopped");
    }

    private static Task State(IPage page, string state) => Expect(page.Locator("main .rz-badge")).ToHaveTextAsync(state);

    private static async Task Choose(IPage page, string label, string value)
    {
        await page.Locator($".rz-dropdown:has(input[aria-label='{label}'])").ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = value, Exact = true }).ClickAsync();
    }

    private static async Task Set(IPage page, string section, string id, string value)
    {
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(one => one.open = true)");
        await page.Locator($"#{id}").FillAsync(value);
        await page.Locator($"#{id}").BlurAsync();
        await Expect(page.Locator("section[aria-label=Settings] > p")).ToContainTextAsync($"{section}.");
    }
}
