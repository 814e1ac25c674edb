using System.Globalization;
using System.Text.Json;

namespace SpotArtifacts.Images.Sources;

/// <summary>Labels as they stand in files beside images.</summary>
internal static class LabelText
{
    private const string NameKey = "class_name";

    private static readonly string[] s_keys = ["label", "cls", "class"];

    /// <summary>A whole number of 0 or more in ASCII digits, spaces around it allowed.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out int label) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out label);

    /// <summary>A number as the text that <see cref="TryParse"/> reads.</summary>
    internal static string Of(int label) => label.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// JSON that is such a number, or an object that has one under "label", "cls" or "class"; and its text under "class_name".
    /// </summary>
    internal static void ReadJson(ReadOnlyMemory<byte> json, out int? number, out string? name)
    {
        (number, name) = (null, null);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                number = NumberIn(root);
                return;
            }
            if (root.TryGetProperty(NameKey, out JsonElement text) && text.ValueKind == JsonValueKind.String)
                name = text.GetString() is { Length: > 0 } found ? found : null;
            foreach (string key in s_keys)
                if (number is null && root.TryGetProperty(key, out JsonElement value))
                    number = NumberIn(value);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // No record of ours: no label.
        }
    }

    private static int? NumberIn(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int label) && label >= 0 ? label : null;
}
