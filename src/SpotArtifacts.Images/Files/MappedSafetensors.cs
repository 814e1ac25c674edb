using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace SpotArtifacts.Images.Files;

/// <summary>
/// A safetensors file in the address space: nothing is read before it is asked for, and the system keeps what is asked for often.
/// Thread-safe.
/// </summary>
internal sealed class MappedSafetensors : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly long _dataStart;

    private MappedSafetensors(MemoryMappedFile file, SafetensorsHeader header, string path, long dataStart, long length)
    {
        (_file, Header, Path, _dataStart) = (file, header, path, dataStart);
        DataLength = length - dataStart;
    }

    /// <summary>What is in the file, and where.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Bytes of all tensors together.</summary>
    public long DataLength { get; }

    /// <summary>Maps a file and reads its header.</summary>
    /// <exception cref="CheckpointException">It is missing or malformed; the message names it.</exception>
    public static MappedSafetensors Open(string path)
    {
        try
        {
            FileInfo info = new(path);
            if (!info.Exists)
                throw new CheckpointException($"{path} is not there");
            if (info.Length < SafetensorsHeader.PrefixLength)
                throw new CheckpointException($"{path}: {info.Length} bytes are too few for a safetensors file");
            MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            try
            {
                int length = SafetensorsHeader.ReadLength(Bytes(file, 0, SafetensorsHeader.PrefixLength), info.Length);
                long start = SafetensorsHeader.PrefixLength + length;
                SafetensorsHeader header =
                    SafetensorsHeader.Parse(Bytes(file, SafetensorsHeader.PrefixLength, length), info.Length - start);
                return new MappedSafetensors(file, header, path, start, info.Length);
            }
            catch (CheckpointException e)
            {
                file.Dispose();
                throw new CheckpointException($"{path}: {e.Message}", e);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Where a tensor lies.</summary>
    /// <exception cref="CheckpointException">There is none of that name.</exception>
    public SafetensorsPlace Place(string name) =>
        Header.Places.TryGetValue(name, out SafetensorsPlace? place) ? place
        : throw new CheckpointException($"{Path}: tensor {name} is missing");

    /// <summary>Copies elements of a tensor out.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="first">First element.</param>
    /// <param name="destination">Filled whole.</param>
    /// <exception cref="CheckpointException">There is no such tensor, or it ends earlier.</exception>
    public void Read<T>(string name, long first, Span<T> destination) where T : unmanaged
    {
        SafetensorsPlace place = Place(name);
        Span<byte> bytes = MemoryMarshal.AsBytes(destination);
        long offset = place.Begin + first * Marshal.SizeOf<T>();
        if (first < 0 || offset + bytes.Length > place.End)
            throw new CheckpointException($"{Path}: tensor {name} has no elements {first} to {first + destination.Length}");
        if (bytes.Length > 0)
            Copy(_file, _dataStart + offset, bytes);
    }

    /// <summary>CRC-32C of all tensors' bytes, in file order.</summary>
    public uint Checksum()
    {
        byte[] block = new byte[1 << 20];
        uint checksum = 0;
        for (long at = 0; at < DataLength; at += block.Length)
        {
            Span<byte> part = block.AsSpan(0, (int)Math.Min(block.Length, DataLength - at));
            Copy(_file, _dataStart + at, part);
            checksum = Crc32C.Append(checksum, part);
        }
        return checksum;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static byte[] Bytes(MemoryMappedFile file, long offset, int count)
    {
        byte[] bytes = new byte[count];
        Copy(file, offset, bytes);
        return bytes;
    }

    // A view's stream copies whole blocks; an accessor's arrays are copied element by element.
    private static void Copy(MemoryMappedFile file, long offset, Span<byte> destination)
    {
        using MemoryMappedViewStream stream = file.CreateViewStream(offset, destination.Length, MemoryMappedFileAccess.Read);
        stream.ReadExactly(destination);
    }
}
