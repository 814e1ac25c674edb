using System.Text.Json;

namespace SpotArtifacts.Studio.Runs;

/// <summary>A line of <c>metrics.jsonl</c>.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Step">Steps done in it.</param>
/// <param name="Values">What was measured, in order; without what was no number.</param>
internal sealed record MetricsLine(string Stage, long Step, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>A value, or null.</summary>
    internal double? Find(string name) => Values.TryGetValue(name, out double value) ? value : null;

    /// <summary>Share of images, clean and repaired, that the discriminator judged rightly; null where nothing is repaired.</summary>
    internal double? Right => Find("right_on_clean") is { } clean && Find("right_on_repaired") is { } repaired
        ? (clean + repaired) / 2 : null;

    /// <summary>Reads a line; null where it is none.</summary>
    internal static MetricsLine? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            Dictionary<string, double> values = [];
            foreach (JsonProperty property in root.EnumerateObject())
                if (property.Name is not "step" && property.Value.ValueKind == JsonValueKind.Number)
                    values[property.Name] = property.Value.GetDouble();
            return new MetricsLine(root.GetProperty("stage").GetString()!, root.GetProperty("step").GetInt64(), values);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
