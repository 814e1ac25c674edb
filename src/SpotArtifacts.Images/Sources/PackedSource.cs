using System.Buffers.Binary;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// A packed pixel file (docs/packed-pixels.md), mapped into memory: nothing is decoded, and the system keeps what is used often.
/// </summary>
internal sealed unsafe class PackedSource : IDecodedSource
{
    private const uint MaxSide = 4096;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _side;
    private readonly uint[] _checksums;
    private readonly int[] _labels;
    private readonly uint[] _nameEnds;
    private readonly byte[] _names;
    private readonly byte[] _verified; // per block: 0 not yet, 1 sound, 2 damaged
    private byte* _mapped; // the file; null once closed

    private PackedSource(string path, MemoryMappedFile map, ReadOnlySpan<byte> header, byte[] tail)
    {
        Path = path;
        _map = map;
        _side = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        Count = (int)BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        int blocks = (Count - 1) / PackedFormat.BlockImages + 1,
            nameBytes = (int)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        _checksums = Numbers(tail, 0, blocks);
        _labels = [.. Numbers(tail, 4 * blocks, Count).Select(label => (int)label)];
        _nameEnds = Numbers(tail, 4 * (blocks + Count), Count);
        int at = 4 * (blocks + 2 * Count);
        _names = tail[at..(at + nameBytes)];
        ClassNames = ReadClassNames(tail.AsMemory(at + nameBytes), path);
        Check();
        _verified = new byte[blocks];
        _view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _mapped); // the accessor itself copies byte by byte
    }

    public string Kind => $"packed pixels, {_side} x {_side}";

    public string Path { get; }

    public int Count { get; }

    /// <summary>Side of every image in pixels.</summary>
    internal int Side => _side;

    public LabelKind Labels =>
        Array.TrueForAll(_labels, label => label < 0) ? LabelKind.None : ClassNames is null ? LabelKind.Numbers : LabelKind.Names;

    public IReadOnlyList<string>? ClassNames { get; }

    internal static bool IsPacked(ReadOnlySpan<byte> head) => head.StartsWith(PackedFormat.Magic);

    /// <exception cref="ImageSetException">It is cut off, damaged or of another version.</exception>
    internal static PackedSource Open(string path)
    {
        using SafeFileHandle file = ImageFile.Open(path);
        byte[] header = new byte[PackedFormat.HeaderLength];
        if (ImageFile.ReadFully(file, header, 0) < header.Length)
            throw Damaged(path, "it ends inside its header");
        byte[] tail = ReadTail(file, header, path);
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            return new PackedSource(path, map, header, tail);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    public string Name(int index)
    {
        int from = index == 0 ? 0 : (int)_nameEnds[index - 1];
        return Encoding.UTF8.GetString(_names, from, (int)_nameEnds[index] - from);
    }

    public string InnerName(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileName(Path)}:{index}");

    public int Label(int index) => _labels[index];

    public RgbImage Load(int index)
    {
        ObjectDisposedException.ThrowIf(_mapped is null, this);
        int block = index / PackedFormat.BlockImages;
        if (Volatile.Read(ref _verified[block]) == 0)
            Volatile.Write(ref _verified[block], IsSound(block) ? (byte)1 : (byte)2);
        if (_verified[block] == 2)
            throw new ImageFormatException(Name(index), $"{Path}: the checksum of its block is wrong; pack the images again");
        return new RgbImage(_side, _side, Pixels(index).ToArray());
    }

    public void Dispose()
    {
        if (_mapped is null)
            return;
        _mapped = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private ReadOnlySpan<byte> Pixels(int index) =>
        new(_mapped + PackedFormat.HeaderLength + 3L * _side * _side * index, 3 * _side * _side);

    private bool IsSound(int block)
    {
        int first = block * PackedFormat.BlockImages, end = Math.Min(first + PackedFormat.BlockImages, Count);
        uint checksum = 0;
        for (int i = first; i < end; i++)
            checksum = Crc32C.Append(checksum, Pixels(i));
        return checksum == _checksums[block];
    }

    /// <summary>Everything behind the pixels, once header and lengths have been found to agree with the file.</summary>
    private static byte[] ReadTail(SafeFileHandle file, ReadOnlySpan<byte> header, string path)
    {
        if (!IsPacked(header))
            throw Damaged(path, "it does not begin with SPOTPIX1: no packed pixels, or of another version");
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[60..]) != Crc32C.Append(0, header[..60]))
            throw Damaged(path, "the checksum of its header is wrong");
        ulong side = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]),
            count = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
            nameBytes = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        if (side is < 1 or > MaxSide || count is < 1 or > int.MaxValue
            || BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != PackedFormat.BlockImages)
            throw Damaged(path, $"{count} images of {side} pixels are not possible");
        ulong tables = 4 * ((count - 1) / PackedFormat.BlockImages + 1 + 2 * count);
        if (offset != PackedFormat.HeaderLength + 3 * side * side * count || nameBytes > (ulong)Array.MaxLength
            || offset + tables + nameBytes > length)
            throw Damaged(path, "the lengths in its header do not agree");
        if (length != (ulong)RandomAccess.GetLength(file))
            throw Damaged(path, $"it has {RandomAccess.GetLength(file)} bytes, its header says {length}");
        if (length - offset > (ulong)Array.MaxLength)
            throw Damaged(path, "its tables are too large; pack fewer images into one file");
        byte[] tail = new byte[length - offset];
        ImageFile.ReadFully(file, tail, (long)offset);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[48..]) == Crc32C.Append(0, tail) ? tail
            : throw Damaged(path, "the checksum of its tables is wrong");
    }

    private void Check()
    {
        uint before = 0;
        foreach (uint end in _nameEnds)
        {
            if (end < before || end > _names.Length)
                throw Damaged(Path, "its names do not lie one behind the other");
            before = end;
        }
        int most = ClassNames?.Count - 1 ?? int.MaxValue;
        if (Array.Exists(_labels, label => label < -1 || label > most))
            throw Damaged(Path, "a label is out of range");
    }

    private static string[]? ReadClassNames(ReadOnlyMemory<byte> json, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("class_names").Deserialize<string[]?>();
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Damaged(path, "its class names cannot be read");
        }
    }

    private static uint[] Numbers(byte[] tail, int at, int count)
    {
        uint[] numbers = new uint[count];
        for (int i = 0; i < count; i++)
            numbers[i] = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 4 * i));
        return numbers;
    }

    private static ImageSetException Damaged(string path, string what) => new($"{path}: {what}. Pack the images again.");
}
