using System.Globalization;
using System.Text;

namespace SpotArtifacts.Images.Voc;

/// <summary>Reads the lists of ImageSets/: one image a line (a split), or one image and its label (a class of a split).</summary>
internal static class VocListFile
{
    /// <summary>Largest list read: VOC2012's largest has 300 KiB.</summary>
    internal const int MaxLength = 1 << 24;

    private const int MaxIdLength = 128;
    private const string Remedy = "Unpack the devkit again.";
    private static readonly char[] s_blanks = [' ', '\t', '\r'];

    /// <summary>Identifiers in file order.</summary>
    /// <exception cref="VocException">A line is no identifier, one stands there twice, or there is none.</exception>
    internal static IReadOnlyList<string> ParseSplit(ReadOnlySpan<byte> content, string path)
    {
        List<string> ids = [];
        foreach ((int line, string[] parts) in Lines(content, path))
            ids.Add(parts.Length == 1 ? Identifier(parts[0], path, line)
                : throw new VocException($"{path}, line {line}: {parts.Length} words, expected one image identifier. {Remedy}"));
        RequireDistinct(ids, path);
        return ids;
    }

    /// <summary>Label of each image: -1 absent, 0 difficult (not to be judged), 1 present.</summary>
    /// <exception cref="VocException">A line is no identifier with such a label, one stands there twice, or there is
    /// none.</exception>
    internal static IReadOnlyDictionary<string, int> ParseLabels(ReadOnlySpan<byte> content, string path)
    {
        List<string> ids = [];
        List<int> labels = [];
        foreach ((int line, string[] parts) in Lines(content, path))
        {
            if (parts.Length != 2)
                throw new VocException(
                    $"{path}, line {line}: {parts.Length} words, expected an image identifier and its label. {Remedy}");
            ids.Add(Identifier(parts[0], path, line));
            labels.Add(
                int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int label)
                && label is >= -1 and <= 1 ? label
                : throw new VocException(
                    $"{path}, line {line}: label '{parts[1]}' is not -1 (absent), 0 (difficult) or 1 (present). {Remedy}"));
        }
        RequireDistinct(ids, path);
        return ids.Zip(labels).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
    }

    /// <summary>Whether a text can be a file's base name and nothing else: it can name no other folder.</summary>
    internal static bool IsIdentifier(string text) =>
        text.Length is > 0 and <= MaxIdLength && text[0] != '.'
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    private static string Identifier(string text, string path, int line) => IsIdentifier(text) ? text
        : throw new VocException(
            $"{path}, line {line}: '{(text.Length > 40 ? text[..40] + "..." : text)}' is no image identifier: letters, " +
            $"digits, '_', '-' and '.' only, no path. {Remedy}");

    private static List<(int Line, string[] Parts)> Lines(ReadOnlySpan<byte> content, string path)
    {
        if (content.Length > MaxLength)
            throw new VocException($"{path}: {content.Length} bytes are more than the {MaxLength} a list may have. {Remedy}");
        List<(int, string[])> lines = [];
        int number = 0;
        foreach (Range range in content.Split((byte)'\n'))
        {
            number++;
            string[] parts = Encoding.UTF8.GetString(content[range]).Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 0)
                lines.Add((number, parts));
        }
        return lines.Count > 0 ? lines : throw new VocException($"{path}: the list names no image. {Remedy}");
    }

    private static void RequireDistinct(List<string> ids, string path)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string id in ids)
            if (!seen.Add(id))
                throw new VocException($"{path}: image {id} is listed twice. {Remedy}");
    }
}
