using System.Buffers.Binary;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// The one EXIF field that changes which pixel lies where. Everything is read within bounds: the block comes from a file.
/// </summary>
internal static class ExifOrientation
{
    private const int Tag = 0x0112, EntryLength = 12;

    /// <summary>What some writers put before the block, also outside JPEG.</summary>
    internal static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>
    /// The orientation, 1 to 8, of a block that begins with "II*\0" or "MM\0*", or with the prefix; 1 where it has none.
    /// </summary>
    internal static int Read(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith(Prefix))
            exif = exif[Prefix.Length..];
        if (exif.Length < 8)
            return 1;
        bool big = exif.StartsWith("MM"u8);
        if (!big && !exif.StartsWith("II"u8) || Read16(exif, 2, big) != 42)
            return 1;
        uint directory = big ? BinaryPrimitives.ReadUInt32BigEndian(exif[4..])
            : BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]);
        if (directory > exif.Length - 2)
            return 1;
        int count = Read16(exif, (int)directory, big);
        for (int i = 0; i < count; i++)
        {
            long entry = directory + 2L + i * EntryLength;
            if (entry + EntryLength > exif.Length)
                return 1;
            if (Read16(exif, (int)entry, big) != Tag)
                continue;
            long value = Value(exif[(int)entry..], big);
            return value is >= 1 and <= 8 ? (int)value : 1;
        }
        return 1;
    }

    /// <summary>A whole number of any width: SHORT is right, and some writers store LONG or BYTE.</summary>
    private static long Value(ReadOnlySpan<byte> entry, bool big) => Read16(entry, 2, big) switch
    {
        1 or 6 => entry[8],
        3 or 8 => Read16(entry, 8, big),
        4 or 9 => big ? BinaryPrimitives.ReadUInt32BigEndian(entry[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
        _ => 1,
    };

    private static int Read16(ReadOnlySpan<byte> exif, int at, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(exif[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(exif[at..]);
}
