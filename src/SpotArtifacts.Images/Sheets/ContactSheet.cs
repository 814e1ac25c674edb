namespace SpotArtifacts.Images;

/// <summary>Rows of equally large tiles with a label above each row, drawn into one picture.</summary>
internal sealed class ContactSheet
{
    private const int Gap = 1;
    private const byte Background = 32;
    private static readonly (byte R, byte G, byte B) s_labelColor = (240, 240, 240);
    private readonly List<(string Label, IReadOnlyList<RgbImage> Tiles)> _rows = [];

    /// <summary>Adds a row below the others. Rows may differ in length.</summary>
    /// <param name="label">Printable ASCII is drawn, other characters as '?'; may be empty.</param>
    /// <param name="tiles">1 or more tiles, all of the size of the sheet's first tile.</param>
    /// <exception cref="ArgumentException">The row is empty or a tile has another size.</exception>
    public void AddRow(string label, IReadOnlyList<RgbImage> tiles)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(tiles);
        if (tiles.Count == 0)
            throw new ArgumentException($"row '{label}' has no tiles", nameof(tiles));
        RgbImage model = _rows.Count > 0 ? _rows[0].Tiles[0] : tiles[0];
        foreach (RgbImage tile in tiles)
            if (tile.Width != model.Width || tile.Height != model.Height)
                throw new ArgumentException(
                    $"row '{label}' has a tile of {tile.Width} x {tile.Height}, the sheet's are {model.Width} x {model.Height}",
                    nameof(tiles));
        _rows.Add((label, [.. tiles]));
    }

    /// <summary>Draws the sheet. Labels keep their size, so that they stay legible on any scale.</summary>
    /// <param name="scale">Pixels per tile pixel in each direction, 1 or more.</param>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public RgbImage Render(int scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        if (_rows.Count == 0)
            throw new InvalidOperationException("a contact sheet needs at least one row");
        int tileWidth = _rows[0].Tiles[0].Width * scale, tileHeight = _rows[0].Tiles[0].Height * scale;
        int tilesWide = _rows.Max(row => row.Tiles.Count) * (tileWidth + Gap) + Gap;
        int labelsWide = _rows.Max(row => BitmapFont.Measure(row.Label)) + 2 * Gap;
        RgbImage sheet = new(Math.Max(tilesWide, labelsWide), _rows.Sum(row => RowHeight(row.Label, tileHeight)) + Gap);
        sheet.Pixels.AsSpan().Fill(Background);
        int top = Gap;
        foreach ((string label, IReadOnlyList<RgbImage> tiles) in _rows)
        {
            BitmapFont.Draw(sheet, label, Gap, top, s_labelColor);
            int tileTop = top + LabelHeight(label);
            for (int i = 0; i < tiles.Count; i++)
                Place(sheet, tiles[i], Gap + i * (tileWidth + Gap), tileTop, scale);
            top += RowHeight(label, tileHeight);
        }
        return sheet;
    }

    private static int LabelHeight(string label) => label.Length == 0 ? 0 : BitmapFont.Height + 2 * Gap;

    private static int RowHeight(string label, int tileHeight) => LabelHeight(label) + tileHeight + Gap;

    private static void Place(RgbImage sheet, RgbImage tile, int left, int top, int scale)
    {
        for (int y = 0; y < tile.Height * scale; y++)
        {
            ReadOnlySpan<byte> source = tile.Pixels.AsSpan(3 * (y / scale) * tile.Width, 3 * tile.Width);
            Span<byte> target = sheet.Pixels.AsSpan(3 * ((top + y) * sheet.Width + left), 3 * tile.Width * scale);
            for (int x = 0; x < tile.Width * scale; x++)
                source.Slice(x / scale * 3, 3).CopyTo(target[(3 * x)..]);
        }
    }
}
