using System.Globalization;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images;

/// <summary>
/// A file that says which images a set has: one a line, its name inside its folder or shard, its length in bytes and a checksum
/// of its content, tabs between. Where the folder lies does not count, so it knows the same data in another place.
/// </summary>
/// <remarks>
/// Reading everything of a large set would take as long as an epoch: of more than <see cref="MaxRead"/> images that many, spread
/// evenly, have a checksum, the others their length alone.
/// </remarks>
internal static class ImageRecord
{
    /// <summary>Images that are read for their checksum.</summary>
    internal const int MaxRead = 4096;

    private const string NotRead = "-";

    /// <summary>Writes the record of a set.</summary>
    /// <exception cref="OutputException">It cannot be written.</exception>
    internal static void Write(string path, ImageSet set) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter text = new(stream, leaveOpen: true) { NewLine = "\n" };
        foreach (string line in Lines(set))
            text.WriteLine(line);
    });

    /// <summary>Compares a set with a record.</summary>
    /// <returns>What is different, for people; null where nothing is.</returns>
    /// <exception cref="ImageSetException">The record cannot be read.</exception>
    internal static string? Compare(string path, ImageSet set)
    {
        try
        {
            return File.ReadLines(path).SequenceEqual(Lines(set)) ? null
                : Describe(Entries(File.ReadLines(path)), Entries(Lines(set)));
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            throw new ImageSetException($"{path}: the list of the images cannot be read ({failure.Message}).", failure);
        }
    }

    private static IEnumerable<string> Lines(ImageSet set)
    {
        int stride = (set.Count + MaxRead - 1) / MaxRead;
        for (int i = 0; i < set.Count; i++)
        {
            (long? length, uint? checksum) = set.Fingerprint(i, withContent: i % stride == 0);
            string name = set.InnerName(i).ReplaceLineEndings(" ").Replace('\t', ' ');
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{name}\t{length?.ToString(CultureInfo.InvariantCulture) ?? NotRead}\t")
                + (checksum?.ToString("x8", CultureInfo.InvariantCulture) ?? NotRead);
        }
    }

    // Equal names (two folders of a camera's numbers) are told apart by how often they came before.
    private static Dictionary<(string Name, int Number), string[]> Entries(IEnumerable<string> lines)
    {
        Dictionary<(string, int), string[]> entries = [];
        Dictionary<string, int> seen = [];
        foreach (string line in lines)
        {
            string[] parts = line.Split('\t');
            int number = seen.GetValueOrDefault(parts[0]);
            seen[parts[0]] = number + 1;
            entries[(parts[0], number)] = parts[1..];
        }
        return entries;
    }

    private static string Describe(
        Dictionary<(string Name, int), string[]> before, Dictionary<(string Name, int), string[]> now)
    {
        string[] added = [.. now.Keys.Where(key => !before.ContainsKey(key)).Select(key => key.Name)];
        string[] removed = [.. before.Keys.Where(key => !now.ContainsKey(key)).Select(key => key.Name)];
        string[] changed = [.. now.Where(item => before.TryGetValue(item.Key, out string[]? old) && !Agree(old, item.Value))
            .Select(item => item.Key.Name)];
        string?[] all = [Part(added, "added"), Part(removed, "gone"), Part(changed, "of other content")];
        string[] parts = [.. all.OfType<string>()];
        return parts.Length > 0 ? string.Join(", ", parts) : "they come in another order";
    }

    private static bool Agree(string[] one, string[] other) =>
        one.Zip(other).All(pair => pair.First == pair.Second || pair.First == NotRead || pair.Second == NotRead);

    private static string? Part(string[] names, string what) => names.Length == 0 ? null
        : $"{names.Length} {what} ({string.Join(", ", names.Take(3))}{(names.Length > 3 ? ", ..." : "")})";
}
