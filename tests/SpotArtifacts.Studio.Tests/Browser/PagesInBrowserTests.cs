using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>Every page as it is opened, on a wide screen and on a telephone, light and dark.</summary>
public sealed class PagesInBrowserTests(StudioBrowser browser)
{
    // The two that have most of all that there is: axe takes seconds.
    private static readonly string[] s_fullest = ["runs/stopped", "new"];

    private readonly List<string> _complaints = [];

    public static TheoryData<string> Paths => [
        "", "runs/finished", "runs/stopped", "runs/failed", "runs/none", "compare/finished/stopped", "new", "no-page",
        "models/none", "artifacts"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_OnAWideScreenAndOnAPhone_FitsAndIsAccessible(string path)
    {
        IPage page = await browser.Open(path, Look.Wide, _complaints);

        await page.RequireSound(path.Length == 0 ? "runs" : path, _complaints, s_fullest.Contains(path));

        _complaints.AddRange(await page.EvaluateAsync<string[]>(
            "() => performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))"));
        _complaints.RemoveAll(text => path == "no-page" && text.Contains("404", StringComparison.Ordinal));
        await page.RequireQuiet(_complaints);
    }

    [Fact]
    public async Task Menu_OnAPhoneByKeyboard_LeadsToAPage()
    {
        IPage page = await browser.Open("", Look.Phone, _complaints);

        await page.Button("Menu").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("New run", new() { Exact = true })).ToBeInViewportAsync();
        foreach (Look look in Look.Phone.AndOthers().Where(look => look.Width == Look.Phone.Width))
            await page.RequireSoundAsIs("menu", look, _complaints);
        await page.Locator(".rz-panel-menu").FocusAsync();
        // The server hears of the focus and of each key by itself: a key goes only where the one before has arrived.
        ILocator chosen = page.Locator(".rz-panel-menu .rz-state-focused");
        await chosen.Filter(new() { HasText = "Runs" }).WaitForAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await chosen.Filter(new() { HasText = "New run" }).WaitForAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex("/new$")); // asks again; waiting for a navigation misses one in the page
        await page.RequireQuiet(_complaints);
    }

    [Fact]
    public async Task Appearance_Toggled_StaysAfterAReload()
    {
        IPage page = await browser.Open("", Look.Wide, _complaints, alone: true); // a cookie is for all pages
        string light = await Background(page);

        await page.Button("Light or dark").ClickAsync();
        await page.WaitForFunctionAsync("before => getComputedStyle(document.body).backgroundColor !== before", light);
        string dark = await Background(page);
        await page.WaitForFunctionAsync("() => document.cookie.includes('spot-theme')");
        await page.ReloadAsync();
        string after = await Background(page);

        Assert.NotEqual(light, dark);
        Assert.Equal(dark, after);
        await page.RequireQuiet(_complaints);
    }

    private static Task<string> Background(IPage page) =>
        page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
}
