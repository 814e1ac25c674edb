using System.Text;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images;

/// <summary>A list of images that are to be left out: one a line, its name as a scan prints it, a tab and the reason.</summary>
public static class Quarantine
{
    /// <summary>Writes a list; replaces the file whole.</summary>
    public static void Write(string path, IEnumerable<SkippedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(images.Select(Line))));
    }

    /// <summary>The line of one image.</summary>
    public static string Line(SkippedImage image) => $"{OneLine(image.Name)}\t{OneLine(image.Reason)}\n";

    /// <summary>Reads the names of a list; lines that start with # and empty ones are left out.</summary>
    /// <exception cref="ImageSetException">It cannot be read.</exception>
    public static IReadOnlySet<string> Read(string path)
    {
        try
        {
            return File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t')[0])
                .ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageSetException($"{path}: the list of images to leave out cannot be read ({failure.Message}).", failure);
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
