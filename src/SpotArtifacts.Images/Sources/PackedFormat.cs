using System.Buffers.Binary;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>The layout of a packed pixel file, version 1 (docs/packed-pixels.md).</summary>
internal static class PackedFormat
{
    /// <summary>Length of the header in bytes; the pixels follow.</summary>
    internal const int HeaderLength = 64;

    /// <summary>Images that share a checksum.</summary>
    internal const int BlockImages = 64;

    /// <summary>First eight bytes: the name and the version.</summary>
    internal static ReadOnlySpan<byte> Magic => "SPOTPIX1"u8;

    /// <summary>The header of a file.</summary>
    /// <param name="side">Side of the images in pixels.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="tailOffset">Where the tables behind the pixels begin.</param>
    /// <param name="nameBytes">Bytes of all names.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="tailChecksum">Of the tables.</param>
    internal static byte[] Header(int side, int count, long tailOffset, long nameBytes, long length, uint tailChecksum)
    {
        byte[] header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), side);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), BlockImages);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), count);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), tailOffset);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), nameBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(48), tailChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(60), Crc32C.Append(0, header.AsSpan(0, 60)));
        return header;
    }
}
