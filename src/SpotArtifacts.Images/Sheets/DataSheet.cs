using System.Globalization;

namespace SpotArtifacts.Images;

/// <summary>A contact sheet of randomly chosen images, each shown whole on a square.</summary>
internal static class DataSheet
{
    private const int Side = 96, Columns = 12;

    /// <summary>Draws the sheet; damaged images are passed over.</summary>
    /// <param name="set">The images.</param>
    /// <param name="count">How many, at most; 1 or more.</param>
    /// <param name="seed">Which.</param>
    /// <param name="byLabel">One row for each class instead of one after the other.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="ImageSetException">No image is good, or rows by label are wanted of a set without labels.</exception>
    public static RgbImage Draw(
        ImageSet set, int count, ulong seed, bool byLabel = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (byLabel && set.LabelledCount == 0)
            throw new ImageSetException("The images have no labels to sort them by. Leave --labels out.");
        KeyedPermutation order = new(set.Count, seed);
        List<(int Label, RgbImage Tile)> tiles = [];
        for (int position = 0; position < set.Count && tiles.Count < count; position++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                tiles.Add((set.Label(order[position]), Thumbnail(set.Load(order[position], new DecodeTarget(Side, 1, 1)), Side)));
            }
            catch (ImageFormatException)
            {
                // Whoever wants to know of damaged images scans.
            }
        }
        if (tiles.Count == 0)
            throw new ImageSetException($"None of {set.Count} images is good. \"spot data scan\" says what is wrong.");
        ContactSheet sheet = new();
        foreach ((string title, IEnumerable<RgbImage> row) in Rows(tiles, set.ClassNames, byLabel))
            sheet.AddRow(title, [.. row]);
        return sheet.Render(1);
    }

    private static IEnumerable<(string Title, IEnumerable<RgbImage> Tiles)> Rows(
        List<(int Label, RgbImage Tile)> tiles, IReadOnlyList<string>? names, bool byLabel) =>
        byLabel
            ? tiles.Where(tile => tile.Label >= 0).GroupBy(tile => tile.Label).OrderBy(group => group.Key)
                .Select(group => (
                    names?[group.Key] ?? group.Key.ToString(CultureInfo.InvariantCulture),
                    group.Take(Columns).Select(tile => tile.Tile)))
            : tiles.Chunk(Columns).Select(row => ("", row.Select(tile => tile.Tile)));

    /// <summary>The whole image, its longer side as long as the tile's, on grey.</summary>
    /// <param name="image">Any size.</param>
    /// <param name="side">Side of the square tile, 1 or more.</param>
    public static RgbImage Thumbnail(RgbImage image, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        int longer = Math.Max(image.Width, image.Height);
        RgbImage square = new(longer, longer);
        square.Pixels.AsSpan().Fill(48);
        int left = (longer - image.Width) / 2, top = (longer - image.Height) / 2;
        for (int y = 0; y < image.Height; y++)
            image.Pixels.AsSpan(3 * y * image.Width, 3 * image.Width)
                .CopyTo(square.Pixels.AsSpan(3 * ((top + y) * longer + left)));
        return ThreadResizer.Current.Resize(square, new SourceBox(0, 0, longer, longer), side, ResizeFilter.Bilinear);
    }
}
