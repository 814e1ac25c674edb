namespace SpotArtifacts.Networks;

/// <summary>
/// A convolution without bias followed by a batch norm in inference mode, as one convolution: with s = gamma / sqrt(running_var +
/// eps), weight * s and beta - running_mean * s; in double, each number rounded once.
/// </summary>
internal static class BatchNormFolding
{
    /// <summary>Turns a convolution's weights and a norm's shift into those of the one convolution, in place.</summary>
    /// <param name="weight">(C, inputs / groups, kernel, kernel), row-major: weights, then weights * s.</param>
    /// <param name="shift">(C): beta, then the bias.</param>
    /// <param name="mean">(C), running.</param>
    /// <param name="variance">(C), running.</param>
    /// <param name="scale">(C), gamma; empty for a norm without.</param>
    public static void Fold(Span<float> weight, Span<float> shift, ReadOnlySpan<float> mean, ReadOnlySpan<float> variance,
        ReadOnlySpan<float> scale)
    {
        int filter = weight.Length / shift.Length;
        for (int i = 0; i < shift.Length; i++)
        {
            double factor = (scale.IsEmpty ? 1 : scale[i]) / Math.Sqrt(variance[i] + BatchNorm.Epsilon);
            foreach (ref float w in weight.Slice(i * filter, filter))
                w = (float)(w * factor);
            shift[i] = (float)(shift[i] - mean[i] * factor);
        }
    }
}
