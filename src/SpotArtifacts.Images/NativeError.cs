using System.Text;

namespace SpotArtifacts.Images;

/// <summary>The status codes of spot_images.h and its zero-terminated error texts.</summary>
internal static class NativeError
{
    internal const int Ok = 0;
    internal const int TooLarge = 3;
    internal const int NoMemory = 5;

    /// <summary>Bytes that every error buffer has.</summary>
    internal const int Capacity = 256;

    internal static string Read(ReadOnlySpan<byte> buffer)
    {
        int end = buffer.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? buffer : buffer[..end]);
    }
}
