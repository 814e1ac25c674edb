using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SpotArtifacts.Images;
using static Microsoft.Playwright.Assertions;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>Spotting, damaging, playing, on a telephone and on a wide screen.</summary>
public sealed class ArtifactPagesInBrowserTests(StudioBrowser browser)
{
    private readonly List<string> _complaints = [];

    [Fact]
    public async Task Spot_ADroppedImage_IsJudged_AndTheSliderFadesTheMap()
    {
        IPage page = await browser.Open("artifacts/tiny", Look.Wide, _complaints);

        await page.Give(PngFile.Encode(BlockImages.Draw(3)), paste: false);
        await Expect(page.Locator(".score strong")).ToHaveTextAsync(new Regex("^[0-9]+ %$"));
        ILocator heat = page.Locator(".overlay-heat");
        await Expect(heat).ToHaveCSSAsync("opacity", "0.7");
        await Fade(page, "ArrowRight", heat, "0.71");
        await page.RequireSound("spot", _complaints);
        await page.Take(Look.Phone);
        await Fade(page, "ArrowLeft", heat, "0.7");

        await page.RequireQuiet(_complaints);
    }

    [Fact]
    public async Task Damage_ByKeyboard_IsMended()
    {
        IPage page = await browser.Open("artifacts/tiny", Look.Phone, _complaints);
        await page.Turn("Damage");
        ILocator repaired = page.GetByAltText("mended by the repair network");
        await page.Locator(".repair-grid[data-keys]").WaitForAsync();
        string? whole = await repaired.GetAttributeAsync("src");

        await Drop(page, "ArrowRight", "ArrowDown", "Space", "End", "Enter", "ArrowRight");
        await page.GetByText("2 of 16 places dropped").WaitForAsync();
        await Expect(page.Button("row 2, column 2, dropped")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Button("row 2, column 4, dropped")).ToBeFocusedAsync();
        await Expect(repaired).Not.ToHaveAttributeAsync("src", whole!);
        await page.RequireSound("damage", _complaints);
        await page.Take(Look.Wide);
        await Drop(page, "ArrowDown", "Space");
        await page.GetByText("3 of 16 places dropped").WaitForAsync();

        await page.RequireQuiet(_complaints);
    }

    [Fact]
    public async Task Game_IsPlayedToItsEnd_ByKeyboard()
    {
        IPage page = await browser.Open("artifacts/tiny", Look.Phone, _complaints);
        await page.Turn("Real or repaired?");
        await page.Button("Play").ClickAsync();
        for (int pair = 1; pair <= 20; pair++)
        {
            await page.GetByText($"Pair {pair} of 20").WaitForAsync();
            await page.Locator(".pair button").Nth(pair % 2).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Button(pair < 20 ? "Next pair" : "See who won")).ToBeFocusedAsync();
            if (pair == 1)
                await page.RequireSound("game", _complaints);
            await page.Keyboard.PressAsync("Enter");
        }

        await Expect(page.Locator(".game-score")).ToHaveTextAsync(new Regex(@"You: [0-9]+ of 20\s+The network: [0-9]+ of 20"));
        await page.RequireSound("game over", _complaints);
        await page.RequireQuiet(_complaints);
    }

    private static async Task Fade(IPage page, string key, ILocator heat, string opacity)
    {
        await page.GetByRole(AriaRole.Slider).FocusAsync();
        await page.Keyboard.PressAsync(key);
        await Expect(heat).ToHaveCSSAsync("opacity", opacity);
    }

    // From the place that is or was last in focus, without scrolling the page.
    private static async Task Drop(IPage page, params string[] keys)
    {
        await page.Locator(".repair-cells button[tabindex='0']").FocusAsync();
        double top = await Scrolled(page);
        foreach (string key in keys)
            await page.Keyboard.PressAsync(key);
        Assert.Equal(top, await Scrolled(page));
    }

    private static Task<double> Scrolled(IPage page) =>
        page.EvaluateAsync<double>("() => document.querySelector('.rz-body').scrollTop");
}
