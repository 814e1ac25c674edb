using System.Net;

namespace SpotArtifacts.Cli.Report;

/// <summary>The one place where text becomes markup.</summary>
internal static class HtmlText
{
    /// <summary>
    /// Text safe in element content and in double-quoted attributes; line breaks and other controls become spaces.
    /// </summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(Plain(text));

    /// <summary>Text with spaces for line breaks and other controls, which no markup can hold.</summary>
    public static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    /// <summary>An element with escaped text on a line of its own.</summary>
    public static string Element(string name, string text) => $"<{name}>{Escape(text)}</{name}>\n";
}
