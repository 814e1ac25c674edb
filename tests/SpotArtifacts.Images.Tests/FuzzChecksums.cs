using System.Buffers.Binary;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Tests;

/// <summary>Makes the checksums of damaged files agree with them again.</summary>
internal static class FuzzChecksums
{
    /// <summary>What mends files of a target of <see cref="ParserFuzzTests"/>; null where there is nothing to mend.</summary>
    internal static Action<byte[]>? Mending(string target) => target switch
    {
        "tar" => MendTar,
        "packed" => MendPacked,
        "png" or "voc-mask" => MendPng,
        _ => null,
    };

    private static void MendTar(byte[] file)
    {
        for (int at = 0; at + 512 <= file.Length; at += 512)
            MendTarHeader(file.AsSpan(at, 512));
    }

    private static void MendPacked(byte[] file)
    {
        if (file.Length < 64)
            return;
        ulong tables = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24));
        if (tables <= (ulong)file.Length)
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(48), Crc32C.Append(0, file.AsSpan((int)tables)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), Crc32C.Append(0, file.AsSpan(0, 60)));
    }

    private static void MendTarHeader(Span<byte> header)
    {
        if (!header.Slice(257, 5).SequenceEqual("ustar"u8))
            return;
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
            sum += value;
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", header[148..]);
    }

    private static void MendPng(byte[] file)
    {
        for (long at = 8; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (at + 12 + length > file.Length)
                return;
            uint sum = PngBuilder.Crc(file.AsSpan((int)at + 4, (int)length + 4));
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(at + 8 + length)), sum);
            at += 12 + length;
        }
    }
}
