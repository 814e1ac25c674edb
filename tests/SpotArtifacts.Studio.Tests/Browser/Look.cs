namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>How a page is looked at.</summary>
/// <param name="Width">Width of the screen in pixels.</param>
/// <param name="Dark">Whether the system asks for dark pages.</param>
internal readonly record struct Look(int Width, bool Dark)
{
    internal static readonly Look Wide = new(1440, false), Phone = new(390, true);

    private static readonly Look[] s_two = [Wide, Phone],
        s_all = [Wide, Wide with { Dark = true }, Phone, Phone with { Dark = false }];

    /// <summary>
    /// The looks that count, this one first and those of its width before the others: a screen changes as seldom as it can.
    /// </summary>
    internal IEnumerable<Look> AndOthers()
    {
        Look first = this;
        return (StudioBrowser.LooksAtAll || StudioBrowser.Shots is not null ? s_all : s_two)
            .OrderBy(look => look.Width == first.Width ? look == first ? 0 : 1 : 2);
    }

    public override string ToString() => $"{Width}-{(Dark ? "dark" : "light")}";
}
