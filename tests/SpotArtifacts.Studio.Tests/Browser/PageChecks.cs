using Microsoft.Playwright;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>What must hold of a page in every state.</summary>
internal static class PageChecks
{
    // What is wider than the screen, and by how much.
    private const string TooWide =
        """
        () => [document.documentElement, ...document.querySelectorAll('.rz-body, main')]
            .reduce((most, e) => Math.max(most, e.scrollWidth - e.clientWidth), 0)
        """;

    private const string MenuFollows =
        """
        () => document.querySelector('.rz-sidebar').classList.contains('rz-sidebar-collapsed')
            === matchMedia('(max-width: 768px)').matches
        """;

    // Charts have about the width there is, and no colour is on its way to another one.
    private const string Settled =
        """
        () => [...document.querySelectorAll('.rz-chart')].every(chart => {
                const svg = chart.querySelector(':scope > svg');
                const plot = Number(svg?.querySelector('clipPath path')?.getAttribute('d').split(' ')[4]);
                return plot > 0.7 * svg?.clientWidth && plot < svg?.clientWidth;
            })
            && document.getAnimations().every(
                one => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)
        """;

    /// <summary>
    /// Looks at a state of a page, on a wide screen in the light and on a telephone in the dark; in both widths and both lights,
    /// and with axe, where all is looked at (<see cref="StudioBrowser.LooksAtAll"/>). The page stays as it is looked at last:
    /// what is done to it next is done there.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="state">What it shows, for messages and for the names of pictures.</param>
    /// <param name="complaints">Gets what is found, for <see cref="RequireQuiet"/>.</param>
    /// <param name="accessible">Whether axe looks in any case, once.</param>
    internal static async Task RequireSound(this IPage page, string state, List<string> complaints, bool accessible = false)
    {
        Look first = await page.Look();
        foreach (Look look in first.AndOthers())
        {
            await page.Take(look);
            await page.WaitForFunctionAsync(MenuFollows);
            await page.RequireSoundAsIs(state, look, complaints, accessible && look == first);
        }
    }

    /// <summary>As <see cref="RequireSound"/> in one look, which is taken first.</summary>
    internal static async Task RequireSoundAsIs(
        this IPage page, string state, Look look, List<string> complaints, bool accessible = false)
    {
        await page.Take(look);
        await page.RequireFit($"{state}, {look}");
        if (StudioBrowser.LooksAtAll || accessible)
            complaints.AddRange((await page.Findings()).Select(finding => $"{state}, {look}: {finding}"));
        if (StudioBrowser.Shots is { } folder)
            await page.Shoot(Path.Combine(folder, $"{state.Replace('/', '-').Replace(' ', '-')}-{look}.png"), look);
    }

    /// <summary>Changes the screen and its light, and waits until the page has followed.</summary>
    internal static async Task Take(this IPage page, Look look)
    {
        if (page.ViewportSize!.Width != look.Width)
            await page.SetViewportSizeAsync(look.Width, StudioBrowser.Height);
        await page.EmulateMediaAsync(new() { ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light });
        await page.WaitForFunctionAsync(Settled);
    }

    /// <summary>Closes the page; nothing has complained but requests that were given up when a tab was left.</summary>
    internal static async Task RequireQuiet(this IPage page, IEnumerable<string> complaints)
    {
        await page.CloseAsync();
        string[] heard = [.. complaints.Where(text => !text.EndsWith("ERR_ABORTED", StringComparison.Ordinal))];
        Assert.True(heard.Length == 0, string.Join('\n', heard));
    }

    // Charts follow the screen a moment later, so it asks until nothing is too wide.
    private static async Task RequireFit(this IPage page, string what)
    {
        // What is folded counts too.
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(one => one.open = true)");
        try
        {
            await page.WaitForFunctionAsync($"() => ({TooWide})() === 0");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{what} is {await page.EvaluateAsync<int>(TooWide)} pixels too wide");
        }
    }

    private static async Task<Look> Look(this IPage page) => new(page.ViewportSize!.Width,
        await page.EvaluateAsync<bool>("() => matchMedia('(prefers-color-scheme: dark)').matches"));

    // The whole of it, what is folded away left folded.
    private static async Task Shoot(this IPage page, string path, Look look)
    {
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(one => one.open = false)");
        int height = await page.EvaluateAsync<int>("() => 60 + document.querySelector('.rz-body').scrollHeight");
        await page.SetViewportSizeAsync(look.Width, Math.Clamp(height, 600, 4000));
        await page.WaitForFunctionAsync(Settled);
        await page.ScreenshotAsync(new() { Path = path });
        await page.SetViewportSizeAsync(look.Width, StudioBrowser.Height);
    }
}
