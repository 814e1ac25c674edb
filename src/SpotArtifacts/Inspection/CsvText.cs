namespace SpotArtifacts.Inspection;

/// <summary>Texts as fields of a CSV file (RFC 4180).</summary>
internal static class CsvText
{
    /// <summary>The text, in quotes where a reader would take it apart.</summary>
    internal static string Field(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
