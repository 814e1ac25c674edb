namespace SpotArtifacts.Images.Formats;

/// <summary>The stored picture is turned and mirrored into the one to look at.</summary>
internal static class Orientation
{
    /// <summary>Applies EXIF orientation 1 to 8; for 5 to 8 columns become rows.</summary>
    internal static RgbImage Upright(RgbImage stored, int orientation)
    {
        if (orientation == 1)
            return stored;
        (int width, int height) = (stored.Width, stored.Height);
        RgbImage upright = orientation < 5 ? new RgbImage(width, height) : new RgbImage(height, width);
        (int origin, int columnStep, int rowStep) = Walk(width, height, orientation);
        ReadOnlySpan<byte> from = stored.Pixels;
        Span<byte> to = upright.Pixels;
        for (int row = 0; row < height; row++)
        {
            int at = origin + row * rowStep;
            for (int column = 0; column < width; column++, at += columnStep, from = from[3..])
                (to[3 * at], to[3 * at + 1], to[3 * at + 2]) = (from[0], from[1], from[2]);
        }
        return upright;
    }

    /// <summary>Where the stored pixel (0, 0) lands, and how far apart stored neighbours land, in pixels.</summary>
    private static (int Origin, int ColumnStep, int RowStep) Walk(int width, int height, int orientation)
    {
        int lastColumn = width - 1, lastRow = height - 1;
        return orientation switch
        {
            2 => (lastColumn, -1, width),
            3 => (lastRow * width + lastColumn, -1, -width),
            4 => (lastRow * width, 1, -width),
            5 => (0, height, 1),
            6 => (lastRow, height, -1),
            7 => (lastColumn * height + lastRow, -height, -1),
            8 => (lastColumn * height, -height, 1),
            _ => (0, 1, width),
        };
    }
}
