namespace SpotArtifacts.Engine;

/// <summary>TensorFlow's SAME padding of one dimension: the odd pixel goes to the far end.</summary>
/// <param name="Before">Pixels at the top or left.</param>
/// <param name="After">Pixels at the bottom or right.</param>
internal readonly record struct SamePadding(int Before, int After)
{
    /// <summary>Whether both ends get the same number of pixels.</summary>
    public bool IsSymmetric => Before == After;

    /// <summary>
    /// Padding for a dimension of <paramref name="size"/> pixels: max((ceil(size / stride) - 1) * stride + kernel - size, 0) in
    /// all.
    /// </summary>
    public static SamePadding Of(int size, int kernel, int stride)
    {
        int total = Math.Max((OutputSize(size, stride) - 1) * stride + kernel - size, 0);
        return new SamePadding(total / 2, total - total / 2);
    }

    /// <summary>Size of the output: ceil(size / stride).</summary>
    public static int OutputSize(int size, int stride) => (size + stride - 1) / stride;
}
