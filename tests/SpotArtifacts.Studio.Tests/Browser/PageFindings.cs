using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>What axe finds on a page, from critical to minor.</summary>
internal static class PageFindings
{
    private static readonly AxeRunOptions s_axe = new() { ResultTypes = [ResultType.Violations], Iframes = false };

    /// <summary>All that is found, an entry for each rule.</summary>
    internal static async Task<IEnumerable<string>> Findings(this IPage page) =>
        (await page.RunAxe(s_axe)).Violations.Select(
            one => $"{one.Id} ({one.Impact}): {string.Join("; ", one.Nodes.Take(4).Select(node => node.Html))}");
}
