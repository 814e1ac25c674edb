namespace SpotArtifacts.Features.Extraction;

/// <summary>Text in comma-separated files (RFC 4180).</summary>
internal static class CsvText
{
    /// <summary>A field: in quotes where it holds a comma, a quote or a line break.</summary>
    internal static string Field(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
