using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SpotArtifacts.Spotting.Trunks;

namespace SpotArtifacts.Export;

/// <summary>
/// What a network is recognised by, in indexes and files of features among others: it must not change between versions of this
/// program.
/// </summary>
internal static class NetworkDigest
{
    /// <summary>
    /// The first half of the SHA-256 of names and values of conv1's to conv5's tensors, in the order of a file of weights, as 32
    /// hexadecimal digits.
    /// </summary>
    /// <exception cref="SpotException">A tensor is missing or has another shape.</exception>
    internal static string Of(LayerReader reader, TrunkPlan trunk)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string local, long[] shape) in trunk.Convolutions.SelectMany(layer => layer.Tensors()))
        {
            string name = $"discriminator.{local}";
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(MemoryMarshal.AsBytes<float>(reader.Values(name, shape)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
