using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SpotArtifacts.Images.Packing;

/// <summary>Tells a set of images from another, so that a begun pack is never continued with other images.</summary>
internal static class SetDigest
{
    /// <summary>32 hexadecimal digits of all names and labels, in order.</summary>
    internal static string Of(ImageSet set)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < set.Count; i++)
            hash.AppendData(
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{set.Name(i)}\t{set.Label(i)}\n")));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
