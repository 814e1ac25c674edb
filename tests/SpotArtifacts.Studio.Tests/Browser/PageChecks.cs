using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>What must hold of a page in every state.</summary>
internal static class PageChecks
{
    private static readonly AxeRunOptions s_axe = new() { ResultTypes = [ResultType.Violations], Iframes = false };

    /// <summary>What axe finds on a page that is serious or critical.</summary>
    internal static async Task<IEnumerable<string>> SeriousFindings(this IPage page) =>
        (await page.RunAxe(s_axe)).Violations.Where(one => one.Impact is "serious" or "critical")
            .Select(one => $"{one.Id}: {string.Join("; ", one.Nodes.Take(4).Select(node => node.Html))}");

    /// <summary>
    /// Nothing is wider than the screen, and where all is looked at (<see cref="StudioBrowser.LooksAtAll"/>) axe finds nothing serious.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="state">What it shows, for messages and for the names of pictures.</param>
    internal static async Task RequireSound(this IPage page, string state)
    {
        int tooWide = await page.EvaluateAsync<int>(
            "() => [document.documentElement, ...document.querySelectorAll('.rz-body, main')]"
                + ".reduce((most, e) => Math.max(most, e.scrollWidth - e.clientWidth), 0)");
        Assert.True(tooWide == 0, $"{state} is {tooWide} pixels too wide");
        if (StudioBrowser.LooksAtAll)
            Assert.Empty((await page.SeriousFindings()).Select(finding => $"{state}: {finding}"));
    }

    /// <summary>Closes the page; nothing has complained but requests that were given up when a tab was left.</summary>
    internal static async Task RequireQuiet(this IPage page, IEnumerable<string> complaints)
    {
        await page.CloseAsync();
        Assert.DoesNotContain(complaints, text => !text.EndsWith("ERR_ABORTED", StringComparison.Ordinal));
    }

    /// <summary>Turns to a tab.</summary>
    internal static Task Turn(this IPage page, string tab) =>
        page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = tab }).ClickAsync();

    /// <summary>Drops a file on the zone for images, or pastes it.</summary>
    internal static async Task Give(this IPage page, byte[] image, bool paste)
    {
        await page.Locator(".image-drop[data-listens]").WaitForAsync();
        await page.EvaluateAsync(GiveScript, new object[] { Convert.ToBase64String(image), paste });
    }

    private const string GiveScript =
        """
        ([text, paste]) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], 'given.png', { type: 'image/png' }));
            if (paste)
                document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            else
                document.querySelector('.image-drop').dispatchEvent(
                    new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        }
        """;
}
