using System.Numerics.Tensors;

namespace SpotArtifacts.Features.Onnx;

/// <summary>Between views, in [-1, 1] as training has them, and what a model is fed: RGB from 0 to 255.</summary>
internal static class PixelScale
{
    /// <summary>Half of the range.</summary>
    internal const float Half = 127.5f;

    /// <summary>x * 127.5 + 127.5.</summary>
    internal static void ToPixels(ReadOnlySpan<float> views, Span<float> pixels)
    {
        TensorPrimitives.Multiply(views, Half, pixels);
        TensorPrimitives.Add(pixels, Half, pixels);
    }
}
