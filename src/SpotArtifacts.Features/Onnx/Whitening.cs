using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SpotArtifacts.Features.Onnx;

// W numbers of all layers joined, D of the whitened vector.

/// <summary>How the joined vector of all layers becomes the whitened one: (x - mean) times a matrix, then length 1.</summary>
/// <param name="Mean">W numbers.</param>
/// <param name="Projection">W * D numbers, row by row: principal directions as columns, each with its scale.</param>
internal sealed record Whitening(float[] Mean, float[] Projection)
{
    /// <summary>D.</summary>
    internal int Dimensions => Projection.Length / Mean.Length;

    /// <summary>32 hexadecimal digits of all its numbers.</summary>
    internal string Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(MemoryMarshal.AsBytes<float>(Mean));
            hash.AppendData(MemoryMarshal.AsBytes<float>(Projection));
            return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
        }
    }

    /// <summary>That of a model.</summary>
    /// <exception cref="SpotException">It has none.</exception>
    internal static Whitening Of(ModelFile file) =>
        new(file.WeightsOf(WhiteningNodes.Centred).Values, file.WeightsOf(WhiteningNodes.Projected).Values);
}
