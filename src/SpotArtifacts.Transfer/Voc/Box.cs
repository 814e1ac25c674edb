using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// A box in pixels counted from 0, both ends inside (so its width is X2 - X1 + 1), as rbgirshick/fast-rcnn has them.
/// </summary>
/// <param name="X1">Leftmost column.</param>
/// <param name="Y1">Uppermost row.</param>
/// <param name="X2">Rightmost column.</param>
/// <param name="Y2">Lowest row.</param>
internal readonly record struct Box(float X1, float Y1, float X2, float Y2)
{
    /// <summary>Columns.</summary>
    public float Width => X2 - X1 + 1;

    /// <summary>Rows.</summary>
    public float Height => Y2 - Y1 + 1;

    /// <summary>From the devkit's coordinates, which count from 1.</summary>
    public static Box Of(VocBox box) => new((float)box.XMin - 1, (float)box.YMin - 1, (float)box.XMax - 1, (float)box.YMax - 1);

    /// <summary>Intersection over union, 0 to 1.</summary>
    public double Overlap(Box other)
    {
        float width = Math.Min(X2, other.X2) - Math.Max(X1, other.X1) + 1,
        height = Math.Min(Y2, other.Y2) - Math.Max(Y1, other.Y1) + 1;
        if (width <= 0 || height <= 0)
            return 0;
        double both = (double)width * height;
        return both / ((double)Width * Height + (double)other.Width * other.Height - both);
    }

    /// <summary>The box in an image whose left and right are exchanged.</summary>
    public Box Mirrored(int imageWidth) => new(imageWidth - 1 - X2, Y1, imageWidth - 1 - X1, Y2);

    /// <summary>The part inside an image.</summary>
    public Box Clipped(int width, int height) =>
        new(Math.Clamp(X1, 0, width - 1), Math.Clamp(Y1, 0, height - 1), Math.Clamp(X2, 0, width - 1),
            Math.Clamp(Y2, 0, height - 1));

    /// <summary>
    /// Greedy non-maximum suppression (fast-rcnn lib/utils/nms.py): a box goes when it overlaps a kept one of higher score by
    /// more than the threshold.
    /// </summary>
    /// <returns>Indices of those kept, by falling score.</returns>
    public static IReadOnlyList<int> Suppress(IReadOnlyList<Box> boxes, ReadOnlySpan<float> scores, double threshold)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        List<int> kept = [];
        foreach (int i in Evaluation.AveragePrecision.Ranking(scores))
            if (!kept.Exists(k => boxes[k].Overlap(boxes[i]) > threshold))
                kept.Add(i);
        return kept;
    }
}
