using System.Text;

namespace SpotArtifacts.Images.Sources;

/// <summary>The fields of a tar archive's headers.</summary>
internal static class TarHeader
{
    /// <summary>Whether a block is a header: its checksum is right.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> block)
    {
        int sum = 0, signedSum = 0; // old tars summed signed bytes
        for (int i = 0; i < TarReader.Block; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            sum += value;
            signedSum += (sbyte)value;
        }
        long? stored = TryNumber(block.Slice(148, 8));
        return stored == sum || stored == signedSum;
    }

    /// <summary>What an entry of a type is.</summary>
    internal static TarEntryKind KindOf(char type, string name, long size) => type switch
    {
        '0' or '\0' or '7' or 'S' => name.EndsWith('/') ? TarEntryKind.Folder : TarEntryKind.File,
        '1' when size > 0 => TarEntryKind.File, // pax may store the content once more
        '1' => TarEntryKind.HardLink,
        '2' => TarEntryKind.SymbolicLink,
        '5' or 'D' or 'V' => TarEntryKind.Folder,
        _ => TarEntryKind.Other,
    };

    /// <summary>A number; null where the field holds none.</summary>
    internal static long? TryNumber(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0) // GNU's base-256 for sizes from 8 GiB on
        {
            value = field[0] & 0x3f;
            foreach (byte digit in field[1..])
            {
                if (value > long.MaxValue >> 8)
                    return null;
                value = value << 8 | digit;
            }
            return value;
        }
        foreach (byte character in field.Trim((byte)' '))
        {
            if (character is 0 or (byte)' ')
                break;
            if (character is < (byte)'0' or > (byte)'7')
                return null;
            value = value << 3 | (long)(character - '0');
        }
        return value;
    }

    /// <summary>The name, as far as it stands in the header.</summary>
    internal static string Name(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);
        bool ustar = header.Slice(257, 6).SequenceEqual("ustar\0"u8);
        string prefix = ustar ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    /// <summary>What stands before the first zero.</summary>
    internal static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
