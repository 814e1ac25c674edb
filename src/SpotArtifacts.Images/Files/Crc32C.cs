using System.Buffers.Binary;
using System.Numerics;

namespace SpotArtifacts.Images.Files;

/// <summary>CRC-32C (Castagnoli; RFC 3720 appendix B.4), by the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of what gave <paramref name="checksum"/> (0: nothing) and these bytes behind it.</summary>
    internal static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~checksum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
