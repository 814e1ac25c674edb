using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// A file that is stored without its holes, as <c>tar --sparse</c> packs: which parts of it are stored, one behind the other. GNU
/// tar has four ways to write that down: in the header ('S'), in pax records (0.0, 0.1), and before the content (1.0).
/// </summary>
internal sealed class TarSparseMap
{
    private const int MaxMapLength = 1 << 20;

    // Holes are zeros, and no image is nearly all zeros: beyond this a few bytes would ask for all memory.
    private const long MaxRatio = 200;

    private readonly List<long> _parts; // offset, length, offset, length, ...

    private TarSparseMap(long start, long length, List<long> parts) => (Start, Length, _parts) = (start, length, parts);

    /// <summary>Where the stored parts begin in the archive.</summary>
    internal long Start { get; }

    /// <summary>Bytes of the file with its holes.</summary>
    internal long Length { get; }

    /// <summary>The map of an entry; null where what is said of it cannot be.</summary>
    /// <param name="entry">As its header has it.</param>
    /// <param name="said">What stands in its map; without parts they stand before its content.</param>
    /// <param name="tar">The archive.</param>
    internal static TarSparseMap? Of(TarEntry entry, TarExtensions said, TarReader tar)
    {
        List<long>? parts = said.Parts;
        long mapLength = 0;
        if (parts is null)
        {
            byte[] begin = tar.ReadExactly(entry.Offset, (int)Math.Min(entry.Length, MaxMapLength), "the archive is truncated");
            parts = [];
            mapLength = ReadMap(begin, parts);
        }
        long stored = entry.Length - mapLength, length = said.RealSize ?? -1, end = 0, sum = 0;
        if (mapLength < 0 || stored < 0 || parts.Count % 2 != 0 || length / MaxRatio > stored)
            return null;
        for (int i = 0; i < parts.Count; i += 2)
        {
            if (parts[i] < end || parts[i + 1] < 0 || parts[i + 1] > stored - sum || parts[i] > length - parts[i + 1])
                return null;
            end = parts[i] + parts[i + 1];
            sum += parts[i + 1];
        }
        return sum == stored ? new TarSparseMap(entry.Offset + mapLength, length, parts) : null;
    }

    /// <summary>Adds the parts of a header, or of a continuation of one: offset and length, in twelve characters each.</summary>
    internal static void AddOld(ReadOnlySpan<byte> fields, List<long> parts)
    {
        for (; fields.Length >= 24 && fields[12] != 0; fields = fields[24..])
        {
            parts.Add(TarHeader.TryNumber(fields[..12]) ?? -1);
            parts.Add(TarHeader.TryNumber(fields[12..24]) ?? -1);
        }
    }

    /// <summary>The first bytes of the file, or all; false where the archive has become shorter.</summary>
    internal bool TryRead(SafeFileHandle file, Span<byte> buffer)
    {
        buffer.Clear();
        long at = Start;
        for (int i = 0; i < _parts.Count && _parts[i] < buffer.Length; at += _parts[i + 1], i += 2)
        {
            Span<byte> part = buffer[(int)_parts[i]..];
            part = part[..(int)Math.Min(part.Length, _parts[i + 1])];
            if (ImageFile.ReadFully(file, part, at) < part.Length)
                return false;
        }
        return true;
    }

    // A line for each number: how many parts, and of each offset and length; padded to a whole block.
    private static long ReadMap(ReadOnlySpan<byte> begin, List<long> parts)
    {
        int at = 0;
        long count = 0;
        for (long i = -1; i < 2 * count; i++)
        {
            if (!Utf8Parser.TryParse(begin[at..], out long number, out int digits) || number < 0
                || at + digits >= begin.Length || begin[at + digits] != '\n')
                return -1;
            at += digits + 1;
            if (i >= 0)
                parts.Add(number);
            else if (number > begin.Length)
                return -1;
            else
                count = number;
        }
        return (at + TarReader.Block - 1) / TarReader.Block * TarReader.Block;
    }
}
