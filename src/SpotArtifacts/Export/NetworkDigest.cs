using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SpotArtifacts.Networks;

namespace SpotArtifacts.Export;

/// <summary>
/// What a network is recognised by, in indexes and files of features among others: it must not change between versions of this
/// program.
/// </summary>
internal static class NetworkDigest
{
    /// <summary>
    /// The first half of the SHA-256 of names and values of conv1's to conv5's tensors, as 32 hexadecimal digits.
    /// </summary>
    /// <exception cref="SpotException">A tensor is missing or has another shape.</exception>
    internal static string Of(LayerReader reader, NetworkOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, long[] shape) in Tensors(options))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(MemoryMarshal.AsBytes<float>(reader.Values(name, shape)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    // In the order of a file of weights.
    private static IEnumerable<(string Name, long[] Shape)> Tensors(NetworkOptions options)
    {
        long[] k = [.. options.DiscriminatorWidths];
        long[][] shapes = [[k[0], 3, 11, 11], [k[1], k[0] / 2, 5, 5], [k[2], k[1], 3, 3], [k[3], k[2] / 2, 3, 3]];
        for (int i = 0; i < shapes.Length; i++)
        {
            yield return ($"discriminator.conv{i + 1}.weight", shapes[i]);
            yield return ($"discriminator.conv{i + 1}.bias", [k[i]]);
        }
        yield return ("discriminator.conv5.conv.weight", [k[4], k[3] / 2, 3, 3]);
        foreach (string statistic in (string[])["bias", "running_mean", "running_var"])
            yield return ($"discriminator.conv5.bn.{statistic}", [k[4]]);
    }
}
