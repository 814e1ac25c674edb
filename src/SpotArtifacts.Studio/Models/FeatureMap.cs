using System.Text.Json;
using SpotArtifacts.Features.Mapping;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Studio.Models;

/// <summary>Where images stand in the feature space, and a sheet of their thumbnails; computed once and kept.</summary>
/// <param name="Images">Numbers of the images.</param>
/// <param name="X">0 to 1, as <see cref="ImageMap.Places"/>.</param>
/// <param name="Y">The same downwards.</param>
/// <param name="Columns">Thumbnails in a row of the sheet.</param>
internal sealed record FeatureMap(int[] Images, float[] X, float[] Y, int Columns)
{
    /// <summary>Side of a thumbnail in pixels.</summary>
    internal const int Side = 32;

    /// <summary>The sheet that belongs to a map's file.</summary>
    internal static string SheetOf(string path) => Path.ChangeExtension(path, ".png");

    /// <summary>Reads a map that was kept; null where none was, or it is damaged.</summary>
    internal static FeatureMap? TryRead(string path)
    {
        try
        {
            if (!File.Exists(path) || !File.Exists(SheetOf(path)))
                return null;
            FeatureMap? map = JsonSerializer.Deserialize<FeatureMap>(File.ReadAllText(path));
            return map is { Images.Length: > 0, X: not null, Y: not null, Columns: > 0 }
                && map.X.Length == map.Images.Length && map.Y.Length == map.Images.Length ? map : null;
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes a map and keeps it.</summary>
    /// <exception cref="SpotException">Too few images are good, or it cannot be written.</exception>
    internal static void Make(
        SearchSpace space, string path, IProgress<DecodingProgress> progress, CancellationToken stop)
    {
        ImageMap map = ImageMap.Make(space.Model, space.Images, progress: progress, cancellation: stop);
        int columns = (int)Math.Ceiling(Math.Sqrt(map.Indices.Count));
        PngFile.Write(SheetOf(path), Sheet(space.Images, map.Indices, columns, new StageProgress(progress, "thumbnails"), stop));
        FeatureMap kept = new(
            [.. map.Indices], [.. map.Places.Select(place => place.X)], [.. map.Places.Select(place => place.Y)], columns);
        // Last: it says that the sheet is there.
        AtomicFile.WriteText(path, JsonSerializer.Serialize(kept));
    }

    private static RgbImage Sheet(
        ImageSet images, IReadOnlyList<int> indices, int columns, StageProgress progress, CancellationToken stop)
    {
        RgbImage sheet = new(columns * Side, (indices.Count + columns - 1) / columns * Side);
        int done = 0;
        Parallel.For(0, indices.Count, new ParallelOptions { CancellationToken = stop }, i =>
        {
            RgbImage tile = DataSheet.Thumbnail(images.Load(indices[i], new DecodeTarget(Side, 1, 1)), Side);
            for (int y = 0; y < Side; y++)
                tile.Pixels.AsSpan(3 * y * Side, 3 * Side).CopyTo(
                    sheet.Pixels.AsSpan(3 * ((i / columns * Side + y) * sheet.Width + i % columns * Side)));
            progress.Report(new DecodingProgress(Interlocked.Increment(ref done), indices.Count, 0));
        });
        return sheet;
    }
}
