namespace SpotArtifacts.Images.Formats;

/// <summary>Makes one sentence of what libvips and the libraries below it say.</summary>
internal static class VipsWords
{
    // Lines that say nothing of the file.
    private static readonly string[] s_empty =
        ["unable to ", "read gave ", "libpng read error", "read error", "bad seek to ", "error in tile "];

    // What libvips calls the parts of it that speak, besides those with its own name or a loader's.
    private static readonly string[] s_speakers = ["source", "webp", "heif"];

    /// <summary>The reason in a few words.</summary>
    /// <param name="warnings">What was logged.</param>
    /// <param name="message">The exception's text: what was tried, then a line for each error, each with the name of its
    /// source.</param>
    internal static string Reason(IReadOnlyList<string> warnings, string message)
    {
        string[] lines = [.. warnings.Append(message).SelectMany(text => text.Split('\n')).Select(Plain)
            .Where(line => line.Length > 0 && !Array.Exists(s_empty, line.StartsWith)).Distinct()];
        return lines.Length > 0 ? string.Join("; ", lines) : "the file is damaged or cut off";
    }

    /// <summary>Without the name of who speaks.</summary>
    private static string Plain(string line)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        string speaker = colon > 0 ? line[..colon] : "";
        bool known = s_speakers.Contains(speaker) || speaker.Contains("vips", StringComparison.OrdinalIgnoreCase)
            || speaker.Contains("load", StringComparison.Ordinal);
        return (known && !speaker.Contains(' ', StringComparison.Ordinal) ? line[(colon + 2)..] : line).Trim();
    }
}
