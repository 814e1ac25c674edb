using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Inspection;

/// <summary>What a network looks for first: the filters of conv1 as colour pictures.</summary>
internal static class FirstLayerFilters
{
    /// <summary>The filters of an exported model.</summary>
    internal static IReadOnlyList<RgbImage> Of(ModelFile file)
    {
        (float[] values, long[] shape) = file.WeightsOf($"{FeatureLayer.Conv1.Name()}_linear");
        return Draw(values, (int)shape[0], (int)shape[2]);
    }

    /// <summary>A picture of each filter, stretched to its own range; grey is 0.</summary>
    /// <param name="weights">Count * 3 * side * side numbers.</param>
    /// <param name="count">Filters.</param>
    /// <param name="side">Rows and columns of a filter.</param>
    internal static IReadOnlyList<RgbImage> Draw(ReadOnlySpan<float> weights, int count, int side)
    {
        int size = 3 * side * side;
        RgbImage[] filters = new RgbImage[count];
        for (int i = 0; i < count; i++)
            filters[i] = PlanarPixels.ToRgb(Stretch(weights.Slice(i * size, size)), side, side);
        return filters;
    }

    private static float[] Stretch(ReadOnlySpan<float> filter)
    {
        float largest = 1e-12f;
        foreach (float value in filter)
            largest = Math.Max(largest, Math.Abs(value));
        float[] stretched = new float[filter.Length];
        for (int i = 0; i < filter.Length; i++)
            stretched[i] = filter[i] / largest;
        return stretched;
    }
}
