using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>A real run from the form to its end, as a user watches it.</summary>
[Collection(StudioBrowser.Collection)]
public sealed class LiveRunTests(StudioBrowser browser)
{
    private static readonly LocatorAssertionsToBeVisibleOptions s_patience = new() { Timeout = 40_000 };

    [Fact]
    public async Task NewRun_Started_IsWatchedStoppedAndResumed()
    {
        List<string> complaints = [];
        IPage page = await browser.Open("new", 1440, dark: false, complaints);

        await page.GetByRole(AriaRole.Button, new() { Name = "Look at them" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "images 24" })).ToBeVisibleAsync();
        await Choose(page, "Preset", "fix32");
        ILocator name = page.Locator("[name=run-name]");
        await Expect(name).ToHaveValueAsync("fix32-1"); // proposed after the preset
        await name.FillAsync("watched");
        await Set(page, "spotting", "set-spotting-steps", "1000000");
        await Set(page, "autoencoding", "set-autoencoding-steps", "5");
        await Set(page, "recording", "set-recording-metrics_every", "2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/watched$"), new() { Timeout = 40_000 });
        await State(page, "running");
        await Expect(page.GetByText("The game: right answers")).ToBeVisibleAsync(s_patience); // drawn without a reload
        string first = await Step(page);
        await Expect(page.Locator("main > p").First).Not.ToHaveTextAsync(first, new() { Timeout = 40_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop with a checkpoint" }).ClickAsync();
        await State(page, "stopped");
        Assert.True(File.Exists(Path.Combine(browser.Runs.Runs, "watched", "checkpoints", "last.safetensors")));

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await State(page, "running");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop with a checkpoint" }).ClickAsync();
        await State(page, "stopped");
        await page.CloseAsync();

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Appearance_Toggled_StaysAfterAReload()
    {
        List<string> complaints = [];
        IPage page = await browser.Open("", 1440, dark: false, complaints);
        await page.Context.ClearCookiesAsync();
        string light = await Background(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Light or dark" }).ClickAsync();
        await page.WaitForFunctionAsync("before => getComputedStyle(document.body).backgroundColor !== before", light);
        string dark = await Background(page);
        await page.WaitForFunctionAsync("() => document.cookie.includes('spot-theme')");
        await page.ReloadAsync();
        string after = await Background(page);
        await page.Context.ClearCookiesAsync();
        await page.CloseAsync();

        Assert.NotEqual(light, dark);
        Assert.Equal(dark, after);
        Assert.Empty(complaints);
    }

    private static Task State(IPage page, string state) =>
        Expect(page.Locator("main .rz-badge")).ToHaveTextAsync(state, new() { Timeout = 40_000 });

    private static Task<string> Background(IPage page) =>
        page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");

    private static async Task<string> Step(IPage page) => await page.Locator("main > p").First.InnerTextAsync();

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
