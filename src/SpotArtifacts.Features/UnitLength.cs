using System.Numerics.Tensors;

namespace SpotArtifacts.Features;

/// <summary>Vectors of length 1.</summary>
internal static class UnitLength
{
    /// <summary>Divides a vector by its length; one of zeros stays as it is.</summary>
    internal static void Scale(Span<float> vector) =>
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm<float>(vector), 1e-12f), vector);
}
