using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Inspection;

/// <summary>The parts of an image that the network is shown: the whole of it, and squares at several scales.</summary>
internal static class InspectionWindows
{
    /// <summary>The whole image first, then each scale's squares row by row.</summary>
    /// <param name="width">Columns of the image.</param>
    /// <param name="height">Rows.</param>
    /// <param name="tiles">Squares along the shorter side, for each scale.</param>
    /// <param name="smallest">Side below which a square is left out, in pixels.</param>
    internal static IReadOnlyList<SourceBox> Of(int width, int height, IReadOnlyList<int> tiles, int smallest)
    {
        List<SourceBox> windows = [new(0, 0, width, height)];
        int shorter = Math.Min(width, height);
        foreach (int count in tiles.Distinct().Order())
        {
            double side = (double)shorter / count;
            // One square over a square image is the whole image again.
            if (side < smallest || (count == 1 && width == height))
                continue;
            foreach (double y in Starts(height, side))
                foreach (double x in Starts(width, side))
                    windows.Add(new SourceBox(x, y, side, side));
        }
        return windows;
    }

    /// <summary>Side of the smallest window, in pixels.</summary>
    internal static double Finest(IReadOnlyList<SourceBox> windows) =>
        windows.Min(window => Math.Min(window.Width, window.Height));

    // Evenly from edge to edge, no further apart than half a window.
    private static IEnumerable<double> Starts(int length, double side)
    {
        int steps = (int)Math.Ceiling((length - side) / (side / 2) - 1e-9);
        for (int i = 0; i <= steps; i++)
            yield return steps == 0 ? 0 : Math.Min(i * (length - side) / steps, length - side);
    }
}
