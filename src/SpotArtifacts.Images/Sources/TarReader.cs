using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>What an entry of an archive is.</summary>
internal enum TarEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>Another name of an earlier file.</summary>
    HardLink,

    /// <summary>A path to another entry.</summary>
    SymbolicLink,

    /// <summary>A folder: nothing but its name.</summary>
    Folder,

    /// <summary>A file stored without its holes.</summary>
    Sparse,

    /// <summary>A device, a pipe, a part of a file, or what this reader does not know.</summary>
    Other,
}

/// <summary>An entry of a tar archive.</summary>
/// <param name="Name">As stored, '/' between folders; only ever a name, never a path that is opened.</param>
/// <param name="Offset">Where its bytes begin in the archive.</param>
/// <param name="Length">How many they are.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Link">Where a link leads.</param>
/// <param name="Archive">0, or which of the archives behind the first it belongs to.</param>
internal readonly record struct TarEntry(string Name, long Offset, long Length, TarEntryKind Kind, string Link, int Archive);

/// <summary>
/// Lists the entries of an uncompressed POSIX tar (ustar, pax, GNU long names) without reading their content, and of further
/// archives that stand behind it in the same file.
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
        _file = file;
        _path = path;
        _length = RandomAccess.GetLength(file);
    }

    /// <summary>Bytes behind an end marker that are no archive; known once all entries were read.</summary>
    internal long BytesBehindEnd { get; private set; }

    /// <summary>Entries in archive order.</summary>
    /// <exception cref="ImageSetException">The archive is damaged; names file and offset.</exception>
    internal IEnumerable<TarEntry> Entries()
    {
        long at = 0;
        int archive = 0;
        TarExtensions next = default;
        while (true)
        {
            byte[] header = ReadExactly(at, Block, "the archive is truncated: its end marker is missing");
            if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                if (NextArchive(at) is not { } second)
                    yield break;
                (at, next, archive) = (second, default, archive + 1);
                continue;
            }
            if (!IsHeader(header))
                throw Damaged(at, "the header's checksum is wrong, so this is no tar archive or a damaged one " +
                    "(compressed archives other than .tar.gz have to be unpacked first)");
            char type = (char)header[156];
            // An extension describes the next entry; it never has its own size overridden.
            bool extension = type is 'L' or 'K' or 'x' or 'g' or 'X';
            long size = (extension ? null : next.Size) ?? Number(header.AsSpan(124, 12), at), content = at + Block;
            if (type == 'S')
                content = BehindSparseMap(header, content);
            else if (type is >= '1' and <= '6' && size > 0 && HasNoContent(content))
                size = 0;
            if (size < 0 || size > _length - content)
                throw Damaged(at, $"the archive is truncated: entry '{next.Name ?? HeaderName(header)}' needs {size} bytes, " +
                    $"{_length - content} are left");
            if (extension)
                next = Extended(next, type, content, size);
            else
            {
                if (next.Name is not null)
                    _longNames[content] = next.Name;
                string name = next.Name ?? HeaderName(header);
                yield return new TarEntry(
                    name, content, size, next.IsSparse ? TarEntryKind.Sparse : KindOf(type, name, size),
                    next.Link ?? Text(header.AsSpan(157, 100)), archive);
                next = default;
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

    /// <summary>
    /// Where the next archive begins: end markers are padded with any number of zero blocks, and concatenated archives stand
    /// behind one another. Null at the end of the file.
    /// </summary>
    private long? NextArchive(long at)
    {
        byte[] zeros = new byte[64 * 1024];
        for (int read; (read = ImageFile.ReadFully(_file, zeros, at)) > 0; at += read)
        {
            int found = zeros.AsSpan(0, read).IndexOfAnyExcept((byte)0);
            if (found < 0)
                continue;
            at += found / Block * Block;
            if (_length - at >= Block && IsHeader(ReadExactly(at, Block, "")))
                return at;
            BytesBehindEnd = _length - at;
            break;
        }
        return null;
    }

    /// <summary>Old writers give links, folders and devices the size of something, although nothing follows them.</summary>
    private bool HasNoContent(long content)
    {
        if (_length - content < Block)
            return false;
        byte[] block = ReadExactly(content, Block, "");
        return block.AsSpan().IndexOfAnyExcept((byte)0) < 0 || IsHeader(block);
    }

    /// <summary>GNU's old sparse files: where their data begin, behind the header's continuations.</summary>
    private long BehindSparseMap(ReadOnlySpan<byte> header, long content)
    {
        for (byte more = header[482]; more != 0; content += Block)
            more = ReadExactly(content, Block, "the archive is truncated inside the map of a sparse file")[504];
        return content;
    }

    private TarExtensions Extended(TarExtensions next, char type, long content, long size) => type switch
    {
        'L' => next with { Name = Text(ReadExtension(content, size)) },
        'K' => next with { Link = Text(ReadExtension(content, size)) },
        'x' or 'X' => next.With(ReadExtension(content, size)) ?? throw Damaged(content, "a pax record is malformed"),
        _ => next,
    };

    private static TarEntryKind KindOf(char type, string name, long size) => type switch
    {
        '0' or '\0' or '7' => name.EndsWith('/') ? TarEntryKind.Folder : TarEntryKind.File,
        '1' when size > 0 => TarEntryKind.File, // pax may store the content once more
        '1' => TarEntryKind.HardLink,
        '2' => TarEntryKind.SymbolicLink,
        '5' or 'D' or 'V' => TarEntryKind.Folder,
        'S' => TarEntryKind.Sparse,
        _ => TarEntryKind.Other,
    };

    private static bool IsHeader(ReadOnlySpan<byte> block)
    {
        int sum = 0, signedSum = 0; // old tars summed signed bytes
        for (int i = 0; i < Block; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            sum += value;
            signedSum += (sbyte)value;
        }
        long? stored = TryNumber(block.Slice(148, 8));
        return stored == sum || stored == signedSum;
    }

    private long Number(ReadOnlySpan<byte> field, long at) => TryNumber(field) ?? throw Damaged(
        at, "a number in the header is neither octal nor one that can be, so this is no tar archive or a damaged one");

    private static long? TryNumber(ReadOnlySpan<byte> field)
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
}
