using System.Text;

namespace SpotArtifacts.Images;

/// <summary>File names for what is made of an image.</summary>
internal static class OutputName
{
    private const int MaxLength = 80;

    /// <summary>
    /// The last part of an image's name ("folder/a b.jpg", "shard.tar:entry.png") without its extension, safe in any file system.
    /// </summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string last = name[(name.LastIndexOfAny(['/', '\\', ':']) + 1)..];
        int dot = last.LastIndexOf('.');
        if (dot > 0)
            last = last[..dot];
        var safe = new StringBuilder();
        foreach (char c in last.AsSpan(0, Math.Min(last.Length, MaxLength)))
            safe.Append(char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_');
        return safe.Length == 0 ? "image" : safe.ToString();
    }
}
