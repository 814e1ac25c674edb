using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>Every page on a telephone and on a wide screen, dark and light.</summary>
[Collection(StudioBrowser.Collection)]
public sealed class PagesInBrowserTests(StudioBrowser browser)
{
    private const int Phone = 390, Wide = 1440;

    public static TheoryData<string> Paths =>
        ["", "runs/finished", "runs/stopped", "runs/none", "compare/finished/stopped", "new", "no-page"];

    // The two that have most of all that there is: a check takes seconds.
    private static readonly string[] s_fullest = ["runs/stopped", "new"];

    [Theory]
    [MemberData(nameof(Paths))]
    public Task Page_OnAPhoneInTheDark_Fits(string path) =>
        Check(path, Phone, dark: true, StudioBrowser.LooksAtAll && s_fullest.Contains(path));

    [Theory]
    [MemberData(nameof(Paths))]
    public Task Page_OnAWideScreen_FitsAndIsAccessible(string path) =>
        Check(path, Wide, dark: false, StudioBrowser.LooksAtAll || s_fullest.Contains(path));

    [Fact]
    public async Task Menu_OnAPhoneByKeyboard_LeadsToAPage()
    {
        List<string> complaints = [];
        IPage page = await browser.Open("", Phone, dark: false, complaints);

        await page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("New run", new() { Exact = true }).WaitForAsync();
        if (StudioBrowser.Shots is { } folder)
        {
            await page.WaitForTimeoutAsync(500); // it slides in
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"menu-{Phone}-light.png") });
        }
        await page.Locator(".rz-panel-menu").FocusAsync();
        // The server hears of the focus and of each key by itself: a key goes only where the one before has arrived.
        ILocator chosen = page.Locator(".rz-panel-menu .rz-state-focused");
        await chosen.Filter(new() { HasText = "Runs" }).WaitForAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await chosen.Filter(new() { HasText = "New run" }).WaitForAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/new$")); // asks again; waiting for a navigation misses one in the page
        await page.CloseAsync();

        Assert.Empty(complaints);
    }

    private async Task Check(string path, int width, bool dark, bool accessible)
    {
        List<string> complaints = [];
        IPage page = await browser.Open(path, width, dark, complaints);
        await OpenAll(page);

        int tooWide = await page.EvaluateAsync<int>(
            "() => [document.documentElement, ...document.querySelectorAll('.rz-body, main')]"
                + ".reduce((most, e) => Math.max(most, e.scrollWidth - e.clientWidth), 0)");
        string[] elsewhere = await page.EvaluateAsync<string[]>(
            "() => performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))");
        IEnumerable<string> findings = accessible ? await page.SeriousFindings() : [];
        await Shoot(page, path, width);
        await page.CloseAsync();

        complaints.RemoveAll(text => path == "no-page" && text.Contains("404", StringComparison.Ordinal));
        Assert.Empty(complaints);
        Assert.Empty(elsewhere);
        Assert.Equal(0, tooWide);
        Assert.Empty(findings);
    }

    // What is folded counts too.
    private static async Task OpenAll(IPage page) =>
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(one => one.open = true)");

    // For people: SPOT_STUDIO_SHOTS=FOLDER keeps each page in both lights.
    private static async Task Shoot(IPage page, string path, int width)
    {
        if (StudioBrowser.Shots is not { } folder)
            return;
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(one => one.open = false)");
        foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            string name = path.Length == 0 ? "runs" : path.Replace('/', '-');
            int height = await page.EvaluateAsync<int>("() => 60 + document.querySelector('.rz-body').scrollHeight");
            await page.SetViewportSizeAsync(width, Math.Clamp(height, 600, 4000));
            await page.WaitForTimeoutAsync(500); // colours change by degrees
            await page.ScreenshotAsync(new PageScreenshotOptions
            {
                Path = Path.Combine(folder, $"{name}-{width}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.png"),
            });
        }
    }
}
