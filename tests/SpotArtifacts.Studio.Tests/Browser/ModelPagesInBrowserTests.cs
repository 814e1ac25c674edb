using Microsoft.Playwright;
using SpotArtifacts.Images;
using static Microsoft.Playwright.Assertions;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>The pages about models, walked through on a wide screen in the light and on a telephone in the dark.</summary>
public sealed class ModelPagesInBrowserTests(StudioBrowser browser)
{
    private readonly List<string> _complaints = [];

    [Fact]
    public async Task Model_AllItsTabs_ShowWhatTheyAreFor()
    {
        IPage page = await browser.Open("models", Look.Wide, _complaints);
        await page.RequireSound("models", _complaints);
        await page.Take(Look.Wide);
        await page.GetByRole(AriaRole.Link, new() { Name = "tiny.onnx" }).ClickAsync();
        await page.Locator(".filters img").First.WaitForAsync();
        await Expect(page.Locator(".numbers tbody tr")).ToHaveCountAsync(5);
        await page.RequireSound("layers", _complaints);

        await page.Take(Look.Wide);
        await Search(page, paste: true);
        await page.RequireSound("alike", _complaints);
        await page.Take(Look.Phone);
        await Search(page, paste: false);
        await page.Locator(".tiles button").Nth(1).ClickAsync();
        await Expect(page.GetByText("the image you gave")).ToHaveCountAsync(0);

        await WalkTheMap(page);
        await page.RequireSound("map", _complaints);
        await page.Button("Find more like it").ClickAsync();
        await page.Locator(".query img").WaitForAsync();
        await page.Take(Look.Wide);
        await WalkTheMap(page);

        await page.Turn("Copies");
        await page.Button("Look for copies").ClickAsync();
        await page.GetByText("images are different").WaitForAsync();
        await page.RequireSound("copies", _complaints);
        await page.RequireQuiet(_complaints);
    }

    private static async Task Search(IPage page, bool paste)
    {
        await page.Turn("Alike");
        await page.Locator(".tiles img").First.WaitForAsync();
        await page.Give(PngFile.Encode(BlockImages.Draw(paste ? 5 : 6)), paste);
        await Expect(page.Locator(".tiles img").First).ToHaveAttributeAsync("alt", paste ? "0005.png" : "0006.png");
        await page.Locator(".query img").WaitForAsync();
    }

    private static async Task WalkTheMap(IPage page)
    {
        await page.Turn("Map");
        await page.Locator(".map canvas[data-drawn]").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        ILocator image = page.Locator(".map-image img");
        await image.WaitForAsync();
        string? first = await image.GetAttributeAsync("src");
        foreach (string key in (string[])["+", "ArrowLeft", "ArrowUp", "ArrowDown"])
            await page.Keyboard.PressAsync(key);
        await Expect(image).Not.ToHaveAttributeAsync("src", first!);
    }
}
