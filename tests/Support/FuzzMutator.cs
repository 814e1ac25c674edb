using System.Buffers.Binary;
using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Support;

/// <summary>Turns sound files into damaged ones: a few random changes, each of a kind that has broken parsers before.</summary>
internal static class FuzzMutator
{
    private static readonly uint[] s_numbers =
        [0, 1, 2, 7, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 60_000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

    internal static byte[] Mutate(byte[] seed, byte[] other, ref SeededRandom random)
    {
        byte[] file = [.. seed];
        for (int changes = 1 + random.NextInt(4); changes > 0 && file.Length > 0; changes--)
            file = Change(file, other, ref random);
        return file;
    }

    private static byte[] Change(byte[] file, byte[] other, ref SeededRandom random)
    {
        // Headers stand at the front: half of the changes are made there.
        int at = random.NextInt(random.NextBool() ? file.Length : Math.Min(file.Length, 600));
        switch (random.NextInt(9))
        {
            case 0:
                file[at] ^= (byte)(1 << random.NextInt(8));
                return file;
            case 1:
                file[at] = (byte)random.NextInt(256);
                return file;
            case 2:
                PutNumber(file, at, ref random);
                return file;
            case 3: // digits, in formats that write numbers as text
                file[at] = (byte)"0123456789 -.\0"[random.NextInt(14)];
                return file;
            case 4:
                return file[..at];
            case 5:
                return [.. file, .. file.AsSpan(at)];
            case 6: // a piece is missing
                return [.. file.AsSpan(0, at), .. file.AsSpan(Math.Min(file.Length, at + 1 + random.NextInt(64)))];
            case 7: // a piece is there twice
                return [.. file.AsSpan(0, at), .. file.AsSpan(Math.Max(0, at - 32), Math.Min(at, 32)), .. file.AsSpan(at)];
            default: // another file's end
                return [.. file.AsSpan(0, at), .. other.AsSpan(random.NextInt(other.Length + 1))];
        }
    }

    private static void PutNumber(byte[] file, int at, ref SeededRandom random)
    {
        uint number = s_numbers[random.NextInt(s_numbers.Length)];
        Span<byte> bytes = stackalloc byte[4];
        if (random.NextBool())
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        bytes[..Math.Min(4, file.Length - at)].CopyTo(file.AsSpan(at));
    }
}
