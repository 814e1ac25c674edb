using System.Globalization;
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

    /// <summary>A file stored without its holes, whose map makes no sense; else it is a <see cref="File"/>.</summary>
    Sparse,

    /// <summary>A device, a pipe, a part of a file, or what this reader does not know.</summary>
    Other,
}

/// <summary>An entry of a tar archive.</summary>
/// <param name="Name">As stored, '/' between folders; only ever a name, never a path that is opened.</param>
/// <param name="Offset">Where its bytes begin in the archive, and what to ask <see cref="TarReader"/> for them by.</param>
/// <param name="Length">How many they are; of a sparse file with its holes.</param>
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
    internal const int Block = 512;
    private const int MaxExtensionLength = 1 << 20;
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _length;
    private readonly byte[] _window = new byte[16 * 1024];
    private long _windowStart;
    private int _windowLength;
    private readonly Dictionary<long, string> _longNames = []; // the few that do not fit into their header
    private readonly Dictionary<long, TarSparseMap> _sparse = [];

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
            if (!TarHeader.IsHeader(header))
                throw Damaged(at, "the header's checksum is wrong, so this is no tar archive or a damaged one " +
                    "(compressed archives other than .tar.gz have to be unpacked first)");
            char type = (char)header[156];
            // An extension describes the next entry; it never has its own size overridden.
            bool extension = type is 'L' or 'K' or 'x' or 'g' or 'X';
            long size = (extension ? null : next.Size) ?? Number(header.AsSpan(124, 12), at), content = at + Block;
            if (type == 'S')
                (content, next) = BehindSparseMap(header, content, next);
            else if (type is >= '1' and <= '6' && size > 0 && HasNoContent(content))
                size = 0;
            if (size < 0 || size > _length - content)
                throw Damaged(at, $"the archive is truncated: entry '{next.Name ?? TarHeader.Name(header)}' needs {size} "
                    + $"bytes, {_length - content} are left");
            if (extension)
                next = Extended(next, type, content, size);
            else
            {
                if (next.Name is not null)
                    _longNames[content] = next.Name;
                string name = next.Name ?? TarHeader.Name(header), link = next.Link ?? TarHeader.Text(header.AsSpan(157, 100));
                TarEntry entry = new(name, content, size, TarHeader.KindOf(type, name, size), link, archive);
                yield return next.IsSparse && entry.Kind == TarEntryKind.File ? WithHoles(entry, next) : entry;
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
        return ImageFile.ReadFully(_file, header, offset - Block) == Block ? TarHeader.Name(header) : $"offset {offset}";
    }

    /// <summary>Fills a buffer with an entry's bytes, from its first; false where the archive has become shorter.</summary>
    internal bool TryRead(long offset, Span<byte> buffer) =>
        _sparse.TryGetValue(offset, out TarSparseMap? map) ? map.TryRead(_file, buffer)
            : ImageFile.ReadFully(_file, buffer, offset) == buffer.Length;

    /// <summary>Bytes of an entry, from its first.</summary>
    internal byte[] Head(TarEntry entry, int count)
    {
        if (!_sparse.TryGetValue(entry.Offset, out TarSparseMap? map))
            return ReadExactly(entry.Offset, count, "the archive is truncated");
        byte[] head = new byte[count];
        return map.TryRead(_file, head) ? head : throw Damaged(entry.Offset, "the archive is truncated");
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
            if (_length - at >= Block && TarHeader.IsHeader(ReadExactly(at, Block, "")))
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
        return block.AsSpan().IndexOfAnyExcept((byte)0) < 0 || TarHeader.IsHeader(block);
    }

    /// <summary>GNU's old sparse files: their map, and where their data begin, behind the header's continuations.</summary>
    private (long Content, TarExtensions Said) BehindSparseMap(byte[] header, long content, TarExtensions said)
    {
        List<long> parts = [];
        TarSparseMap.AddOld(header.AsSpan(386, 96), parts);
        for (byte more = header[482]; more != 0; content += Block)
        {
            byte[] map = ReadExactly(content, Block, "the archive is truncated inside the map of a sparse file");
            TarSparseMap.AddOld(map.AsSpan(0, 504), parts);
            more = map[504];
        }
        return (content, said with { IsSparse = true, Parts = parts, RealSize = TarHeader.TryNumber(header.AsSpan(483, 12)) });
    }

    private TarEntry WithHoles(TarEntry entry, TarExtensions said)
    {
        if (TarSparseMap.Of(entry, said, this) is not { } map)
            return entry with { Kind = TarEntryKind.Sparse };
        (_sparse[map.Start], _longNames[map.Start]) = (map, entry.Name); // no header stands right before its bytes
        return entry with { Offset = map.Start, Length = map.Length };
    }

    private TarExtensions Extended(TarExtensions next, char type, long content, long size) => type switch
    {
        'L' => next with { Name = TarHeader.Text(ReadExtension(content, size)) },
        'K' => next with { Link = TarHeader.Text(ReadExtension(content, size)) },
        'x' or 'X' => next.With(ReadExtension(content, size)) ?? throw Damaged(content, "a pax record is malformed"),
        _ => next,
    };

    private long Number(ReadOnlySpan<byte> field, long at) => TarHeader.TryNumber(field) ?? throw Damaged(
        at, "a number in the header is neither octal nor one that can be, so this is no tar archive or a damaged one");
}
