using System.Buffers.Binary;
using System.IO.Compression;

namespace SpotArtifacts.Tests.Support;

/// <summary>PNG files of any kind, sound or not, put together chunk by chunk.</summary>
internal static class PngBuilder
{
    internal static byte[] Build(int width, int height, byte bitDepth, byte colorType, byte[] filteredRows,
        byte[]? palette = null, byte[]? transparency = null, bool interlaced = false, byte[]? exif = null)
    {
        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = bitDepth;
        header[9] = colorType;
        header[12] = interlaced ? (byte)1 : (byte)0;
        WriteChunk(file, "IHDR", header);
        if (palette is not null)
            WriteChunk(file, "PLTE", palette);
        if (transparency is not null)
            WriteChunk(file, "tRNS", transparency);
        if (exif is not null)
            WriteChunk(file, "eXIf", exif);
        WriteChunk(file, "IDAT", Deflate(filteredRows));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    internal static void WriteChunk(Stream file, string type, byte[] content)
    {
        byte[] chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        for (int i = 0; i < 4; i++)
            chunk[4 + i] = (byte)type[i];
        content.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc(chunk.AsSpan(4, 4 + content.Length)));
        file.Write(chunk);
    }

    private static byte[] Deflate(byte[] rows)
    {
        using MemoryStream target = new();
        using (ZLibStream zlib = new(target, CompressionLevel.Optimal))
            zlib.Write(rows);
        return target.ToArray();
    }

    internal static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
