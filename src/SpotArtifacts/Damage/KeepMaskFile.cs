using SpotArtifacts.Images;

namespace SpotArtifacts.Damage;

/// <summary>A keep mask from a file: a picture (white = kept, black = dropped) or a grid of 1 (kept) and 0 (dropped).</summary>
internal static class KeepMaskFile
{
    /// <summary>Reads a mask.</summary>
    /// <param name="path">An image whose sides are multiples of the grid (the mean of each place decides), or text of as many
    /// rows and columns.</param>
    /// <param name="grid">Rows and columns of the bottleneck, M.</param>
    /// <returns>M * M numbers, row-major: 1 = kept, 0 = dropped.</returns>
    /// <exception cref="SpotException">It cannot be read or does not fit the grid; the message says what would.</exception>
    public static float[] Read(string path, int grid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grid, 1);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpotException($"{path}: the mask cannot be read: {e.Message}", e);
        }
        // A PBM of ASCII digits would be text as well, but its first bytes name it.
        if (ImageDecoder.Recognize(bytes) == ImageFormat.Unknown)
            return OfText(System.Text.Encoding.UTF8.GetString(bytes), path, grid);
        try
        {
            return OfImage(ImageDecoder.Decode(bytes, path), path, grid);
        }
        catch (ImageFormatException damaged)
        {
            throw new SpotException($"the mask cannot be read: {damaged.Message}", damaged);
        }
    }

    private static float[] OfText(string text, string path, int grid)
    {
        string[] rows = [.. text.Split('\n').Select(line => string.Concat(line.Where(c => !char.IsWhiteSpace(c))))
            .Where(line => line.Length > 0)];
        foreach (string row in rows)
            if (row.AsSpan().IndexOfAnyExcept('0', '1') is int at and >= 0)
                throw new SpotException(
                    $"{path}: '{row[at]}' is neither 1 (kept) nor 0 (dropped); a mask is a picture, or rows of 1 and 0");
        if (rows.Length != grid || rows.Any(row => row.Length != grid))
            throw new SpotException(
                $"{path}: {rows.Length} rows of {string.Join(", ", rows.Select(row => row.Length).Distinct())} numbers; this "
                    + $"network's mask has {grid} rows of {grid}");
        return [.. string.Concat(rows).Select(c => c == '1' ? 1f : 0f)];
    }

    private static float[] OfImage(RgbImage image, string path, int grid)
    {
        if (image.Width % grid != 0 || image.Height % grid != 0)
            throw new SpotException(
                $"{path}: {image.Width} x {image.Height} pixels; this network's mask has {grid} x {grid} places, so both sides "
                    + $"must be multiples of {grid}");
        int cellWidth = image.Width / grid, cellHeight = image.Height / grid;
        long[] sums = new long[grid * grid];
        for (int i = 0; i < image.Pixels.Length; i++)
            sums[i / 3 / image.Width / cellHeight * grid + i / 3 % image.Width / cellWidth] += image.Pixels[i];
        return [.. sums.Select(sum => 2 * sum >= 255L * 3 * cellWidth * cellHeight ? 1f : 0f)];
    }
}
