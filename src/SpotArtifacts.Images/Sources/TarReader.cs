using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>A regular file inside a tar archive.</summary>
/// <param name="Name">As stored, '/' between folders; only ever a name, never a path that is opened.</param>
/// <param name="Offset">Where its bytes begin in the archive.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct TarEntry(string Name, long Offset, long Length);

/// <summary>
/// Lists the regular files of an uncompressed POSIX tar (ustar, pax, GNU long names) without reading their content.
/// </summary>
/// <remarks>
/// An archive that ends without its zero block is refused: that is what an interrupted download or copy leaves behind.
/// </remarks>
internal sealed class TarReader
{
    private const int Block = 512;
    private const int MaxExtensionLength = 1 << 20;
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _length;
    private readonly byte[] _window = new byte[16 * 1024];
    private long _windowStart;
    private int _windowLength;
    private readonly Dictionary<long, string> _longNames = []; // the few that do not fit into their header

    internal TarReader(SafeFileHandle file, string path)
    {
        this._file = file;
        this._path = path;
        _length = RandomAccess.GetLength(file);
    }

    /// <summary>Entries in archive order.</summary>
    /// <exception cref="ImageSetException">The archive is damaged; names file and offset.</exception>
    internal IEnumerable<TarEntry> Entries()
    {
        long at = 0;
        string? longName = null;
        long? longSize = null;
        while (true)
        {
            byte[] header = ReadExactly(at, Block, "the archive is truncated: its end marker is missing");
            if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                yield break;
            VerifyChecksum(header, at);
            char type = (char)header[156];
            // An extension describes the next entry; it never has its own size overridden.
            bool extension = type is 'L' or 'K' or 'x' or 'g';
            long size = (extension ? null : longSize) ?? Number(header.AsSpan(124, 12), at);
            long content = at + Block;
            if (size < 0 || size > _length - content)
                throw Damaged(at, $"the archive is truncated: entry '{longName ?? HeaderName(header)}' needs {size} bytes, " +
                    $"{_length - content} are left");
            if (type == 'L')
                longName = Text(ReadExtension(content, size));
            else if (type == 'x')
                (longName, longSize) = ParsePax(ReadExtension(content, size), content, longName, longSize);
            else if (!extension)
            {
                if (type is '0' or '\0' or '7')
                {
                    if (longName is not null)
                        _longNames[content] = longName;
                    yield return new TarEntry(longName ?? HeaderName(header), content, size);
                }
                (longName, longSize) = (null, null);
            }
            at = content + (size + Block - 1) / Block * Block;
        }
    }

    /// <summary>
    /// The name of the entry whose content begins there, read back from its header; callable from any thread once all entries
    /// were read.
    /// </summary>
    /// <exception cref="IOException">The archive has become shorter.</exception>
    internal string NameAt(long offset)
    {
        if (_longNames.TryGetValue(offset, out string? name))
            return name;
        Span<byte> header = stackalloc byte[Block];
        return ImageFile.ReadFully(_file, header, offset - Block) == Block ? HeaderName(header) : $"offset {offset}";
    }

    internal byte[] ReadExactly(long offset, int count, string complaint)
    {
        byte[] bytes = new byte[count];
        if (offset < _windowStart || offset + count > _windowStart + _windowLength)
        {
            _windowStart = offset;
            _windowLength = RandomAccess.Read(_file, _window.AsSpan(), offset);
        }
        if (count <= _windowLength)
            _window.AsSpan((int)(offset - _windowStart), count).CopyTo(bytes);
        else if (ImageFile.ReadFully(_file, bytes, offset) < count)
            throw Damaged(offset, complaint);
        return bytes;
    }

    internal ImageSetException Damaged(long offset, string complaint) => new(
        string.Create(CultureInfo.InvariantCulture, $"{_path}, offset {offset}: {complaint}. Copy or create the shard again."));

    private byte[] ReadExtension(long offset, long size) => size <= MaxExtensionLength
        ? ReadExactly(offset, (int)size, "the archive is truncated inside a long name")
        : throw Damaged(offset, $"a long name of {size} bytes is not believable");

    private void VerifyChecksum(ReadOnlySpan<byte> header, long at)
    {
        int sum = 0, signedSum = 0; // old tars summed signed bytes
        for (int i = 0; i < Block; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : header[i];
            sum += value;
            signedSum += (sbyte)value;
        }
        long stored = Number(header.Slice(148, 8), at);
        if (stored != sum && stored != signedSum)
            throw Damaged(at, "the header's checksum is wrong, so this is no tar archive or a damaged one " +
                "(compressed archives other than .tar.gz have to be unpacked first)");
    }

    private long Number(ReadOnlySpan<byte> field, long at)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0) // GNU's base-256 for sizes from 8 GiB on
        {
            value = field[0] & 0x3f;
            foreach (byte digit in field[1..])
                value = value > long.MaxValue >> 8 ? throw Damaged(at, "a size in the header is too large") : value << 8 | digit;
            return value;
        }
        foreach (byte character in field.Trim((byte)' '))
        {
            if (character == 0)
                break;
            if (character is < (byte)'0' or > (byte)'7')
                return character == ' '
                    ? value
                    : throw Damaged(at, "a number in the header is not octal, so this is no tar archive or a damaged one");
            value = value << 3 | (long)(character - '0');
        }
        return value;
    }

    private static string HeaderName(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);
        bool ustar = header.Slice(257, 6).SequenceEqual("ustar\0"u8);
        string prefix = ustar ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Records "LENGTH key=value\n"; only path and size matter here.</summary>
    private (string? Name, long? Size) ParsePax(ReadOnlySpan<byte> records, long at, string? name, long? size)
    {
        while (records.Length > 0)
        {
            int space = records.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int whole) ||
                whole <= space + 1 || whole > records.Length || records[whole - 1] != '\n')
                throw Damaged(at, "a pax record is malformed");
            string record = Encoding.UTF8.GetString(records[(space + 1)..(whole - 1)]);
            if (record.StartsWith("path=", StringComparison.Ordinal))
                name = record[5..];
            else if (record.StartsWith("size=", StringComparison.Ordinal))
                size = long.TryParse(record.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                    ? value : throw Damaged(at, "a pax size is not a number");
            records = records[whole..];
        }
        return (name, size);
    }
}
