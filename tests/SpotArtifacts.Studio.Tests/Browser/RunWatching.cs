using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>
/// Watches the page of a run that trains: what it shows moves on without a reload, and the server does not grow with it.
/// </summary>
internal sealed class RunWatching(IPage page)
{
    // A minute of numbers and pictures is less; what a second leaves behind would be more, were it kept.
    private const long MostGrowth = 48L << 20;

    // Its figures by name, what the charts of the stage that trains say of their ends, and their curves.
    private const string Read =
        """
        () => [
            ...[...document.querySelectorAll('main .studio-figures > div')].map(e => [...e.children].map(c => c.innerText)),
            ...[...document.querySelector('.studio-charts').children].flatMap(e => {
                const name = e.querySelector('figcaption').innerText;
                const curves = [...e.querySelectorAll('path')].map(p => p.getAttribute('d'));
                return [[name, e.getAttribute('aria-label')], [name + ', drawn', curves.join()]];
            }),
        ]
        """;

    private const string Drawn = ", drawn";

    // A share that stays at its end is right to stand still, and so is the time that is left of a million steps.
    private static readonly string[] s_mayRest = ["waiting for data", "left in this stage", "Share of the time waiting for data"];

    private readonly Dictionary<string, HashSet<string>> _seen = [];
    private ILocator Line => page.Locator("main > p").First;

    /// <summary>Watches, at least until the step has changed once.</summary>
    internal async Task Watch(TimeSpan time)
    {
        await page.EvaluateAsync("() => window.watched = true");
        long before = Memory(), most = before;
        Stopwatch watch = Stopwatch.StartNew();
        int changes = 0;
        do
        {
            foreach (string[] shown in await page.EvaluateAsync<string[][]>(Read))
                (_seen.TryGetValue(shown[0], out HashSet<string>? values) ? values : _seen[shown[0]] = []).Add(shown[1]);
            string line = await Line.InnerTextAsync();
            await Expect(Line).Not.ToHaveTextAsync(line);
            if (changes++ == 10)
                before = Memory(); // all that is made once has been made
            most = Math.Max(most, changes % 10 == 0 ? Memory() : 0);
        }
        while (watch.Elapsed < time);

        Assert.True(await page.EvaluateAsync<bool>("() => window.watched === true"), "the page was loaded anew");
        if (time == TimeSpan.Zero)
            return;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{changes} changes in {watch.Elapsed.TotalSeconds:0} s, {before >> 10} KiB, at most {most >> 10} KiB"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", _seen.Select(one => $"{one.Key}: {one.Value.Count}")));
        // A curve gets longer all the time, on a busy machine every few seconds; a figure is rounded and comes to a few values.
        Assert.Empty(_seen.Where(one => one.Value.Count < (one.Key.EndsWith(Drawn, StringComparison.Ordinal) ? 6 : 3))
            .Select(one => one.Key).Except(s_mayRest));
        Assert.InRange(most - before, long.MinValue, MostGrowth);
    }

    // What is held after a collection; the server runs in this process.
    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);
}
