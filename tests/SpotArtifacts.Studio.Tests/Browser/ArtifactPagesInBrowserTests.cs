using Microsoft.Playwright;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Tests.Models;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>Spotting, damaging, playing: on a telephone in the dark and on a wide screen in the light.</summary>
[Collection(StudioBrowser.Collection)]
public sealed class ArtifactPagesInBrowserTests
{
    private readonly StudioBrowser _browser;

    public ArtifactPagesInBrowserTests(StudioBrowser browser)
    {
        _browser = browser;
        ModelFolder.WriteModels(browser.Runs.Runs);
    }

    [Theory]
    [InlineData(390, true)]
    [InlineData(1440, false)]
    public async Task Spot_ADroppedImage_IsJudged_AndTheSliderFadesTheMap(int width, bool dark)
    {
        List<string> complaints = [];
        IPage page = await _browser.Open("artifacts/tiny", width, dark, complaints);
        await page.Locator(".image-drop").WaitForAsync();

        await page.Give(PngFile.Encode(BlockImages.Draw(3)), paste: false);

        ILocator heat = page.Locator(".overlay-heat");
        await heat.WaitForAsync();
        Assert.Matches("^[0-9]+ %$", await page.Locator(".score strong").TextContentAsync());
        await Assertions.Expect(heat).ToHaveCSSAsync("opacity", "0.7");
        await page.GetByRole(AriaRole.Slider).FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(heat).ToHaveCSSAsync("opacity", "0.71");
        if (!dark)
            await page.RequireSound("spot");
        await page.RequireQuiet(complaints);
    }

    [Theory]
    [InlineData(390, true)]
    [InlineData(1440, false)]
    public async Task Damage_ByKeyboard_IsMended(int width, bool dark)
    {
        List<string> complaints = [];
        IPage page = await _browser.Open("artifacts/tiny", width, dark, complaints);
        await page.Turn("Damage");
        ILocator cells = page.Locator(".repair-cells button"), repaired = page.GetByAltText("mended by the repair network");
        await page.Locator(".repair-grid[data-keys]").WaitForAsync();
        await cells.First.FocusAsync();
        string? whole = await repaired.GetAttributeAsync("src");
        double top = await Scrolled(page);

        foreach (string key in (string[])["ArrowRight", "ArrowDown", "Space", "End", "Enter", "ArrowRight"])
            await page.Keyboard.PressAsync(key);

        await page.GetByText("2 of 16 places dropped").WaitForAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "row 2, column 2, dropped" }))
            .ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "row 2, column 4, dropped" }))
            .ToBeFocusedAsync();
        await Assertions.Expect(repaired).Not.ToHaveAttributeAsync("src", whole!);
        Assert.Equal(top, await Scrolled(page));
        if (dark)
            await page.RequireSound("damage");
        await page.RequireQuiet(complaints);
    }

    [Fact]
    public async Task Game_IsPlayedToItsEnd_ByKeyboard()
    {
        List<string> complaints = [];
        IPage page = await _browser.Open("artifacts/tiny", 390, dark: true, complaints);
        await page.Turn("Real or repaired?");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Play" }).ClickAsync();
        for (int pair = 1; pair <= 20; pair++)
        {
            await page.GetByText($"Pair {pair} of 20").WaitForAsync();
            await page.Locator(".pair button").Nth(pair % 2).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            ILocator next = page.GetByRole(
                AriaRole.Button, new PageGetByRoleOptions { Name = pair < 20 ? "Next pair" : "See who won" });
            await Assertions.Expect(next).ToBeFocusedAsync();
            if (pair == 1)
                await page.RequireSound("game");
            await page.Keyboard.PressAsync("Enter");
        }

        string? score = await page.Locator(".game-score").TextContentAsync();

        Assert.Matches(@"You: [0-9]+ of 20\s+The network: [0-9]+ of 20", score);
        await page.SetViewportSizeAsync(1440, 900);
        await page.RequireSound("game, over");
        await page.RequireQuiet(complaints);
    }

    private static Task<double> Scrolled(IPage page) =>
        page.EvaluateAsync<double>("() => document.querySelector('.rz-body').scrollTop");
}
