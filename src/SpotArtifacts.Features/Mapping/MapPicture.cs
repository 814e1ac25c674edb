using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Mapping;

/// <summary>
/// Draws a map with the images themselves; where they have labels, each stands in a frame of its class's colour.
/// </summary>
public static class MapPicture
{
    private const byte Background = 24;

    // A thumbnail that would cover more than this of others is drawn as a dot.
    private const double MaxCovered = 0.3;

    /// <summary>Draws the map.</summary>
    /// <param name="map">Where images belong.</param>
    /// <param name="set">The images.</param>
    /// <param name="side">Side of a thumbnail in pixels, 8 to 256.</param>
    /// <param name="grid">
    /// Snap to a grid: every image is shown, none is covered. Else each at its place, and as a dot where it would cover others.
    /// </param>
    /// <param name="cancellation">Stops between images.</param>
    public static RgbImage Draw(
        ImageMap map, ImageSet set, int side = 48, bool grid = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(set);
        if (side is < 8 or > 256)
            throw new SpotException($"thumbnails of {side} pixels: the side must be 8 to 256");
        (int columns, int rows) = MapLayout.GridFor(map.Indices.Count);
        IReadOnlyList<(int Column, int Row)> cells = grid ? MapLayout.SnapToGrid(map.Places) : [];
        // Room for all if they were spread evenly, half of it again because they are not.
        int width = grid ? columns * side : (int)(1.5 * columns * side), height = grid ? rows * side : width;
        RgbImage picture = new(width, height);
        picture.Pixels.AsSpan().Fill(Background);
        bool[] taken = new bool[grid ? 0 : width * height];
        for (int i = 0; i < map.Indices.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int image = map.Indices[i];
            (int left, int top) = grid
                ? (cells[i].Column * side, cells[i].Row * side)
                : ((int)(map.Places[i].X * (width - side)), (int)(map.Places[i].Y * (height - side)));
            (byte, byte, byte) color = Color(set.Label(image));
            if (!grid && Covered(taken, width, left, top, side) > MaxCovered)
                Fill(picture, left + side / 2 - 1, top + side / 2 - 1, 3, 3, color);
            else
                Place(picture, Tile(set, image, side, color), left, top);
        }
        return picture;
    }

    /// <summary>A colour for each label, far from those of its neighbours; grey without one.</summary>
    internal static (byte R, byte G, byte B) Color(int label)
    {
        if (label < 0)
            return (160, 160, 160);
        double hue = label * 0.61803398875 % 1 * 6; // the golden section spreads any number of hues
        byte Channel(double shift)
        {
            double at = Math.Abs((hue + shift) % 6 - 3);
            return (byte)(70 + 185 * Math.Clamp(at - 1, 0, 1));
        }
        return (Channel(0), Channel(4), Channel(2));
    }

    private static RgbImage Tile(ImageSet set, int image, int side, (byte, byte, byte) color)
    {
        RgbImage tile = DataSheet.Thumbnail(set.Load(image, new DecodeTarget(side, 1, 1)), side);
        if (set.Label(image) < 0)
            return tile;
        int frame = Math.Max(1, side / 24);
        Fill(tile, 0, 0, side, frame, color);
        Fill(tile, 0, side - frame, side, frame, color);
        Fill(tile, 0, 0, frame, side, color);
        Fill(tile, side - frame, 0, frame, side, color);
        return tile;
    }

    private static double Covered(bool[] taken, int width, int left, int top, int side)
    {
        int covered = 0;
        for (int y = top; y < top + side; y++)
            covered += taken.AsSpan(y * width + left, side).Count(true);
        double share = (double)covered / side / side;
        if (share <= MaxCovered)
            for (int y = top; y < top + side; y++)
                taken.AsSpan(y * width + left, side).Fill(true);
        return share;
    }

    private static void Place(RgbImage picture, RgbImage tile, int left, int top)
    {
        for (int y = 0; y < tile.Height; y++)
            tile.Pixels.AsSpan(3 * y * tile.Width, 3 * tile.Width).CopyTo(
                picture.Pixels.AsSpan(3 * ((top + y) * picture.Width + left)));
    }

    private static void Fill(RgbImage picture, int left, int top, int width, int height, (byte R, byte G, byte B) color)
    {
        for (int y = top; y < top + height; y++)
            for (int x = left; x < left + width; x++)
            {
                int at = 3 * (y * picture.Width + x);
                (picture.Pixels[at], picture.Pixels[at + 1], picture.Pixels[at + 2]) = color;
            }
    }
}
