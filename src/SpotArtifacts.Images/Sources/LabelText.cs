using System.Globalization;
using System.Text.Json;

namespace SpotArtifacts.Images.Sources;

/// <summary>Labels as they stand in files beside images.</summary>
internal static class LabelText
{
    /// <summary>Most classes there may be: a label beyond is a mistake, and tables by label would not fit.</summary>
    internal const int Max = 1 << 24;

    private static readonly string[] s_keys = ["label", "cls", "class"];

    /// <summary>A whole number from 0 to below <see cref="Max"/> in ASCII digits, spaces around it allowed.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out int label) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out label) && label < Max;

    /// <summary>JSON that is such a number, or an object that has one under "label", "cls" or "class".</summary>
    internal static bool TryParseJson(ReadOnlyMemory<byte> json, out int label)
    {
        label = -1;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
                foreach (string key in s_keys)
                    if (root.TryGetProperty(key, out JsonElement value))
                        return TryNumber(value, out label);
            return TryNumber(root, out label);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryNumber(JsonElement value, out int label)
    {
        label = -1;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out label) && label is >= 0 and < Max;
    }
}
