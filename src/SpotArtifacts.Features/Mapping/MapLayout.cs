namespace SpotArtifacts.Features.Mapping;

/// <summary>Places in the plane to cells of a grid, one each, so that no thumbnail covers another.</summary>
internal static class MapLayout
{
    /// <summary>Columns and rows of the grid for so many images: as square as it goes.</summary>
    public static (int Columns, int Rows) GridFor(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int columns = (int)Math.Ceiling(Math.Sqrt(count));
        return (columns, (count + columns - 1) / columns);
    }

    /// <summary>
    /// A cell for each place. The grid is halved along its longer side, the places along the same axis in that proportion, and so
    /// on down to
    /// single cells: neighbours stay near, and every cell but the last few is used.
    /// </summary>
    /// <returns>Column and row of each.</returns>
    public static IReadOnlyList<(int Column, int Row)> SnapToGrid(IReadOnlyList<(float X, float Y)> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        (int Column, int Row)[] cells = new (int, int)[places.Count];
        (int columns, int rows) = GridFor(places.Count);
        Assign(places, [.. Enumerable.Range(0, places.Count)], new Cells(0, 0, columns, rows), cells);
        return cells;
    }

    private static void Assign(IReadOnlyList<(float X, float Y)> places, int[] points, Cells area, (int, int)[] cells)
    {
        if (points.Length == 0)
            return;
        if (area.Count == 1)
        {
            cells[points[0]] = (area.Left, area.Top);
            return;
        }
        bool wide = area.Columns >= area.Rows;
        Cells first = wide ? area with { Columns = area.Columns / 2 } : area with { Rows = area.Rows / 2 };
        Cells second = wide
            ? area with { Left = area.Left + first.Columns, Columns = area.Columns - first.Columns }
            : area with { Top = area.Top + first.Rows, Rows = area.Rows - first.Rows };
        // Ties in the order of images, so that a map is the same every time.
        int[] sorted = [.. points.OrderBy(i => wide ? places[i].X : places[i].Y).ThenBy(i => i)];
        // The first part is filled whole: the few cells that stay empty are the last ones.
        int share = Math.Min(points.Length, first.Count);
        Assign(places, sorted[..share], first, cells);
        Assign(places, sorted[share..], second, cells);
    }

    private sealed record Cells(int Left, int Top, int Columns, int Rows)
    {
        internal int Count => Columns * Rows;
    }
}
