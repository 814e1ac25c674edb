using Microsoft.Playwright;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Tests.Models;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>The pages about models, walked through on a telephone in the dark and on a wide screen in the light.</summary>
[Collection(StudioBrowser.Collection)]
public sealed class ModelPagesInBrowserTests
{
    private readonly StudioBrowser _browser;

    public ModelPagesInBrowserTests(StudioBrowser browser)
    {
        _browser = browser;
        ModelFolder.WriteModels(browser.Runs.Runs);
    }

    [Theory]
    [InlineData(390, true)]
    [InlineData(1440, false)]
    public async Task Model_AllItsTabs_ShowWhatTheyAreFor(int width, bool dark)
    {
        List<string> complaints = [];
        IPage page = await _browser.Open("models", width, dark, complaints);
        bool all = width < 500; // looking for what axe finds takes longer than all the rest
        if (all)
            await page.RequireSound("models");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "tiny.onnx" }).ClickAsync();

        await page.Locator(".filters img").First.WaitForAsync();
        if (all)
            await page.RequireSound("layers");
        await page.Turn("Alike");
        await page.Locator(".tiles img").First.WaitForAsync();
        await page.Give(PngFile.Encode(BlockImages.Draw(5)), paste: !all);
        await page.Locator(".query img").WaitForAsync();
        Assert.Equal("0005.png", await page.Locator(".tiles img").First.GetAttributeAsync("alt"));
        await page.RequireSound("alike, found");
        await page.Locator(".tiles button").Nth(1).ClickAsync();
        await Assertions.Expect(page.GetByText("the image you gave")).ToHaveCountAsync(0);
        await CheckMap(page, all);
        await CheckCopies(page, all);

        await page.RequireQuiet(complaints);
    }

    [Fact]
    public async Task Model_ThatIsNone_IsSaid()
    {
        List<string> complaints = [];
        IPage page = await _browser.Open("models/none", 390, dark: false, complaints);

        await page.GetByText("there is no trained model").WaitForAsync();

        await page.CloseAsync();
    }

    private static async Task CheckMap(IPage page, bool all)
    {
        await page.Turn("Map");
        ILocator canvas = page.Locator(".map canvas[data-drawn]");
        await canvas.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        ILocator image = page.Locator(".map-image img");
        await image.WaitForAsync();
        string? first = await image.GetAttributeAsync("src");
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("ArrowLeft");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(image).Not.ToHaveAttributeAsync("src", first!);
        if (all)
            await page.RequireSound("map");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Find more like it" }).ClickAsync();
        await page.Locator(".query img").WaitForAsync();
    }

    private static async Task CheckCopies(IPage page, bool all)
    {
        await page.Turn("Copies");
        ILocator look = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Look for copies" }),
            none = page.GetByText("images are different");
        await look.Or(none).First.WaitForAsync();
        if (await look.CountAsync() > 0)
            await look.ClickAsync();
        await none.WaitForAsync();
        if (all)
            await page.RequireSound("copies");
    }
}
