namespace SpotArtifacts.Transfer.Voc.Proposals;

/// <summary>
/// The built-in proposer: windows of several sizes and shapes on a regular grid, the same for every image of a size. It looks at
/// no pixel, so it needs many windows for what selective search finds with few: numbers got with it must not be compared with
/// published ones.
/// </summary>
internal static class SlidingWindows
{
    private const double SizeStep = 1.4142135623730951, ShiftShare = 0.25, LeastShare = 0.15;
    private static readonly double[] s_aspects = [1, 0.5, 2];

    /// <summary>What it is called in reports.</summary>
    public const string Text =
        "built-in sliding windows: sides from the whole image down to 0.15 of it in steps of sqrt 2, aspects 1, 1/2 and 2, "
            + "shifted by a quarter of their side";

    /// <summary>
    /// Windows of an image, largest first; where there are more than wanted, those are taken that lie evenly among them.
    /// </summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="most">Most windows, 1 or more.</param>
    public static IReadOnlyList<Box> Of(int width, int height, int most)
    {
        List<Box> boxes = [new Box(0, 0, width - 1, height - 1)];
        for (double share = 1; share >= LeastShare; share /= SizeStep)
            foreach (double aspect in s_aspects)
                AddGrid(boxes, width, height, share * Math.Sqrt((double)width * height) * Math.Sqrt(aspect),
                    share * Math.Sqrt((double)width * height) / Math.Sqrt(aspect));
        if (boxes.Count <= most)
            return boxes;
        return [.. Enumerable.Range(0, most).Select(i => boxes[(int)((long)i * boxes.Count / most)])];
    }

    private static void AddGrid(List<Box> boxes, int width, int height, double w, double h)
    {
        if (w > width + 0.5 || h > height + 0.5)
            return;
        int columns = 1 + (int)Math.Ceiling((width - w) / (ShiftShare * w)),
        rows = 1 + (int)Math.Ceiling((height - h) / (ShiftShare * h));
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < columns; x++)
            {
                double left = columns == 1 ? 0 : (width - w) * x / (columns - 1),
                top = rows == 1 ? 0 : (height - h) * y / (rows - 1);
                boxes.Add(new Box((float)Math.Round(left), (float)Math.Round(top), (float)Math.Round(left + w - 1),
                    (float)Math.Round(top + h - 1)).Clipped(width, height));
            }
    }
}
