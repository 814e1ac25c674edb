using System.Numerics;

namespace SpotArtifacts.Engine;

/// <summary>A grid of bins over regions of an image.</summary>
/// <param name="Rows">Bins down.</param>
/// <param name="Columns">Bins across.</param>
/// <param name="Scale">Cells of the map for one pixel of the image.</param>
/// <param name="Offset">Pixel at the centre of cell 0.</param>
internal readonly record struct RegionGrid(int Rows, int Columns, double Scale, double Offset)
{
    /// <summary>Bins of a region.</summary>
    public int Bins => Rows * Columns;
}

/// <summary>
/// Max-pooling of regions to a fixed grid, with the two roundings of Fast R-CNN's Caffe layer (Girshick 2015; ROIPooling of
/// rbgirshick/caffe-fast-rcnn): a region's corners are rounded to cells, both ends inside; bin p spans floor(p * s) to
/// ceil((p + 1) * s) cells with s = cells / bins, cut at the map's border; an empty bin gives 0; the gradient goes to the first
/// largest cell of each bin. The offset is new: it is 0 in that Caffe network.
/// </summary>
internal static class RegionMaxPoolKernel
{
    /// <summary>
    /// The largest value of each bin in each channel, and which cell of its plane that is (-1: the bin is empty).
    /// </summary>
    /// <param name="image">(C, H, W).</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="region">x1, y1, x2, y2 in pixels.</param>
    /// <param name="grid">The bins.</param>
    /// <param name="pooled">(C, rows, columns).</param>
    /// <param name="chosen">(C, rows, columns).</param>
    public static void Forward<T>(
        ReadOnlySpan<T> image, int height, int width, ReadOnlySpan<float> region, RegionGrid grid, Span<T> pooled,
        Span<long> chosen) where T : INumber<T>
    {
        Span<Cells> down = stackalloc Cells[grid.Rows], across = stackalloc Cells[grid.Columns];
        Bins(region[1], region[3], grid, height, down);
        Bins(region[0], region[2], grid, width, across);
        int at = 0;
        for (int plane = 0; plane < image.Length; plane += height * width)
            foreach (Cells rows in down)
                foreach (Cells columns in across)
                {
                    int best = Largest(image.Slice(plane, height * width), width, rows, columns);
                    pooled[at] = best < 0 ? T.Zero : image[plane + best];
                    chosen[at++] = best;
                }
    }

    /// <summary>Adds the gradients of one channel's bins to the cells they came from.</summary>
    /// <param name="gradient">(rows, columns).</param>
    /// <param name="chosen">(rows, columns), as <see cref="Forward"/> found them.</param>
    /// <param name="plane">(H, W).</param>
    public static void Backward<T>(ReadOnlySpan<T> gradient, ReadOnlySpan<long> chosen, Span<T> plane) where T : INumber<T>
    {
        for (int i = 0; i < gradient.Length; i++)
            if (chosen[i] >= 0)
                plane[(int)chosen[i]] += gradient[i];
    }

    /// <summary>The cells of each bin along one side of a map.</summary>
    internal static void Bins(float from, float to, RegionGrid grid, int size, Span<Cells> bins)
    {
        int start = Cell(from, grid), cells = Math.Max(Cell(to, grid) - start + 1, 1);
        float bin = (float)cells / bins.Length;
        for (int p = 0; p < bins.Length; p++)
        {
            int first = (int)MathF.Floor(p * bin) + start, last = (int)MathF.Ceiling((p + 1) * bin) + start;
            bins[p] = new Cells(Math.Clamp(first, 0, size), Math.Clamp(last, 0, size));
        }
    }

    private static int Largest<T>(ReadOnlySpan<T> plane, int width, Cells rows, Cells columns) where T : INumber<T>
    {
        int best = -1;
        for (int y = rows.First; y < rows.Last; y++)
            for (int at = y * width + columns.First; at < y * width + columns.Last; at++)
                if (best < 0 || plane[at] > plane[best])
                    best = at;
        return best;
    }

    private static int Cell(float pixel, RegionGrid grid) =>
        (int)Math.Round((pixel - grid.Offset) * grid.Scale, MidpointRounding.AwayFromZero);

    /// <summary>Cells from the first to before the last.</summary>
    internal readonly record struct Cells(int First, int Last);
}
