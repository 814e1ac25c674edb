using System.Numerics.Tensors;

namespace SpotArtifacts.Features;

/// <summary>What computes the vectors of a <see cref="SpotModel"/>. Used by one thread at a time, always the same.</summary>
internal interface IFeatureEngine : IDisposable
{
    /// <summary>How it differs from ONNX Runtime in Float32, as <c>bf16 on cuda:0</c>; empty where it does not.</summary>
    string Difference { get; }

    /// <summary>How a vector is laid out: (D), or (C, H, W).</summary>
    IReadOnlyList<long> Shape { get; }

    /// <summary>Computes vectors.</summary>
    /// <param name="views">count * 3 * S * S numbers in [-1, 1], planes.</param>
    /// <param name="count">Number of images, 1 or more.</param>
    /// <returns>count * D numbers, row by row.</returns>
    /// <exception cref="SpotException">One of them is not finite.</exception>
    float[] Run(ReadOnlySpan<float> views, int count);

    /// <summary>The numbers of a network, refused where one is none: it would be written, ranked and averaged like others.</summary>
    /// <param name="numbers">What was computed.</param>
    /// <param name="name">What the user knows the network by.</param>
    /// <exception cref="SpotException">One is not finite.</exception>
    static float[] RequireFinite(float[] numbers, string name) => TensorPrimitives.IsFiniteAll<float>(numbers) ? numbers
        : throw new SpotException(
            $"{name}: the network computes NaN or an infinity, so its weights are damaged or of a run that went wrong; take "
            + "those of an earlier checkpoint, or train again");
}
