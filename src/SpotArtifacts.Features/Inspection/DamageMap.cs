using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Inspection;

/// <summary>Where an image looks repaired, over the whole of it.</summary>
/// <param name="Rows">Rows of the map.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Values">
/// Rows * Columns numbers, row-major: how likely the place was repaired, 0 to 1; one minus the predicted keep mask.
/// </param>
public sealed record DamageMap(int Rows, int Columns, float[] Values)
{
    // A map serves to be looked at and to be stored as text: no finer than a person sees.
    private const int MaxSide = 256;

    /// <summary>The value at a point, between the centres of places bilinearly; beyond the outermost centres it stays.</summary>
    /// <param name="x">0 (left edge) to 1.</param>
    /// <param name="y">0 (upper edge) to 1.</param>
    public float At(double x, double y) => Sample(Values, Rows, Columns, x, y);

    /// <summary>Mean over the map.</summary>
    public double Mean => Values.Average();

    /// <summary>
    /// One map out of the windows': at each place the mean of the windows that lie over it, of all scales alike, each counting
    /// less towards its border, where the network sees padding instead of the image.
    /// </summary>
    /// <param name="width">Columns of the image in pixels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="windows">Where the windows lie; the first is the whole image.</param>
    /// <param name="keep">The predicted keep masks, grid * grid for each window.</param>
    /// <param name="grid">Rows and columns of a mask.</param>
    internal static DamageMap Stitch(int width, int height, IReadOnlyList<SourceBox> windows, ReadOnlySpan<float> keep, int grid)
    {
        if (windows.Count == 1)
            return new DamageMap(grid, grid, [.. keep.ToArray().Select(value => 1 - value)]);
        double cell = InspectionWindows.Finest(windows) / grid;
        int rows = Side(height / cell, grid), columns = Side(width / cell, grid);
        float[] sums = new float[rows * columns], weights = new float[rows * columns];
        for (int w = 0; w < windows.Count; w++)
            AddWindow(windows[w], width, height, keep.Slice(w * grid * grid, grid * grid), grid, rows, columns, sums, weights);
        for (int i = 0; i < sums.Length; i++)
            sums[i] = 1 - sums[i] / weights[i];
        return new DamageMap(rows, columns, sums);
    }

    private static int Side(double cells, int grid) => Math.Clamp((int)Math.Round(cells), grid, MaxSide);

    private static void AddWindow(
        SourceBox window, int width, int height, ReadOnlySpan<float> keep, int grid, int rows, int columns, float[] sums,
        float[] weights)
    {
        for (int row = 0; row < rows; row++)
        {
            double y = ((row + 0.5) / rows * height - window.Y) / window.Height;
            if (y is < 0 or > 1)
                continue;
            for (int column = 0; column < columns; column++)
            {
                double x = ((column + 0.5) / columns * width - window.X) / window.Width;
                if (x is < 0 or > 1)
                    continue;
                float weight = Tent(x) * Tent(y);
                sums[row * columns + column] += weight * Sample(keep, grid, grid, x, y);
                weights[row * columns + column] += weight;
            }
        }
    }

    // Never 0: a place that only the border of a window covers still has a value.
    private static float Tent(double position) => (float)(1.05 - Math.Abs(2 * position - 1));

    private static float Sample(ReadOnlySpan<float> values, int rows, int columns, double x, double y)
    {
        double column = Math.Clamp(x * columns - 0.5, 0, columns - 1), row = Math.Clamp(y * rows - 0.5, 0, rows - 1);
        int left = (int)column, top = (int)row, right = Math.Min(left + 1, columns - 1), bottom = Math.Min(top + 1, rows - 1);
        double fx = column - left, fy = row - top;
        double upper = values[top * columns + left] * (1 - fx) + values[top * columns + right] * fx;
        double lower = values[bottom * columns + left] * (1 - fx) + values[bottom * columns + right] * fx;
        return (float)(upper * (1 - fy) + lower * fy);
    }
}
