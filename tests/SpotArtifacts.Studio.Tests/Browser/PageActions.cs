using Microsoft.Playwright;

namespace SpotArtifacts.Studio.Tests.Browser;

/// <summary>What users do to pages.</summary>
internal static class PageActions
{
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

    /// <summary>Turns to a tab.</summary>
    internal static Task Turn(this IPage page, string tab) => page.GetByRole(AriaRole.Tab, new() { Name = tab }).ClickAsync();

    /// <summary>The button of a name.</summary>
    internal static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name });

    /// <summary>Drops a file on the zone for images, or pastes it.</summary>
    internal static async Task Give(this IPage page, byte[] image, bool paste)
    {
        await page.Locator(".image-drop[data-listens]").WaitForAsync();
        await page.EvaluateAsync(GiveScript, new object[] { Convert.ToBase64String(image), paste });
    }
}
