namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// Offsets that move one box onto another, relative to its size: shift of the centre, logarithm of the change of width and height
/// (Girshick et al. 2014; rbgirshick/fast-rcnn <c>lib/roi_data_layer/roidb.py </c>, with widths counted as x2 - x1 + 1 as its
/// successor py-faster-rcnn has them).
/// </summary>
/// <param name="X">Shift of the centre to the right, in widths.</param>
/// <param name="Y">Shift downwards, in heights.</param>
/// <param name="Width">Logarithm of the factor of the width.</param>
/// <param name="Height">Logarithm of the factor of the height.</param>
internal readonly record struct BoxOffsets(double X, double Y, double Width, double Height)
{
    // An untrained regressor may ask for e^30: py-faster-rcnn's successors cut here, at a factor of 62.5.
    private static readonly double s_largest = Math.Log(1000.0 / 16);

    /// <summary>From one box to another.</summary>
    public static BoxOffsets Between(Box from, Box to) => new(
        (to.X1 + 0.5 * to.Width - from.X1 - 0.5 * from.Width) / from.Width,
        (to.Y1 + 0.5 * to.Height - from.Y1 - 0.5 * from.Height) / from.Height,
        Math.Log((double)to.Width / from.Width), Math.Log((double)to.Height / from.Height));

    /// <summary>The box moved.</summary>
    public Box Apply(Box box)
    {
        double width = Math.Exp(Math.Min(Width, s_largest)) * box.Width,
        height = Math.Exp(Math.Min(Height, s_largest)) * box.Height;
        double x = box.X1 + 0.5 * box.Width + X * box.Width, y = box.Y1 + 0.5 * box.Height + Y * box.Height;
        return new Box((float)(x - 0.5 * width), (float)(y - 0.5 * height), (float)(x + 0.5 * width - 1),
            (float)(y + 0.5 * height - 1));
    }
}
