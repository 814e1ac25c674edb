using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SpotArtifacts.Images.Files;

/// <summary>
/// A safetensors file in the address space: nothing is read before it is asked for, and the system keeps what is asked for often.
/// Thread-safe.
/// </summary>
internal sealed class MappedSafetensors : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly long _dataStart;

    private MappedSafetensors(
        MemoryMappedViewAccessor view, SafetensorsHeader header, string path, long dataStart, long length)
    {
        (_view, Header, Path, _dataStart) = (view, header, path, dataStart);
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
            // The view stays when the file is closed.
            using MemoryMappedFile file =
                MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            try
            {
                int length = SafetensorsHeader.ReadLength(Bytes(view, 0, SafetensorsHeader.PrefixLength), info.Length);
                long start = SafetensorsHeader.PrefixLength + length;
                SafetensorsHeader header =
                    SafetensorsHeader.Parse(Bytes(view, SafetensorsHeader.PrefixLength, length), info.Length - start);
                return new MappedSafetensors(view, header, path, start, info.Length);
            }
            catch (CheckpointException e)
            {
                view.Dispose();
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
        using MappedElements<T> elements = Map<T>(name, first, destination.Length);
        elements.Values.CopyTo(destination);
    }

    /// <summary>Elements of a tensor where they lie, not copied; to be disposed, until when the file stays mapped.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="first">First element.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="CheckpointException">There is no such tensor, or it ends earlier.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public MappedElements<T> Map<T>(string name, long first, int count) where T : unmanaged
    {
        SafetensorsPlace place = Place(name);
        long offset = place.Begin + first * Marshal.SizeOf<T>();
        if (first < 0 || offset + (long)count * Marshal.SizeOf<T>() > place.End)
            throw new CheckpointException($"{Path}: tensor {name} has no elements {first} to {first + count}");
        return new MappedElements<T>(_view.SafeMemoryMappedViewHandle, _dataStart + offset, count);
    }

    /// <summary>CRC-32C of all tensors' bytes, in file order.</summary>
    public uint Checksum(CancellationToken cancellation = default)
    {
        const int block = 1 << 20;
        uint checksum = 0;
        for (long at = 0; at < DataLength; at += block)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(block, DataLength - at);
            using MappedElements<byte> part = new(_view.SafeMemoryMappedViewHandle, _dataStart + at, count);
            checksum = Crc32C.Append(checksum, part.Values);
        }
        return checksum;
    }

    /// <inheritdoc/>
    public void Dispose() => _view.Dispose();

    private static byte[] Bytes(MemoryMappedViewAccessor view, long offset, int count)
    {
        using MappedElements<byte> bytes = new(view.SafeMemoryMappedViewHandle, offset, count);
        return bytes.Values.ToArray();
    }
}

/// <summary>Elements in a mapped file; they are there until this is disposed.</summary>
internal readonly unsafe ref struct MappedElements<T> where T : unmanaged
{
    private readonly SafeMemoryMappedViewHandle _view;
    private readonly byte* _start;
    private readonly int _count;

    internal MappedElements(SafeMemoryMappedViewHandle view, long offset, int count)
    {
        _view = view;
        view.AcquirePointer(ref _start);
        _start += offset;
        _count = count;
    }

    /// <summary>The elements.</summary>
    internal ReadOnlySpan<T> Values => new(_start, _count);

    /// <summary>Lets the file go.</summary>
    public void Dispose() => _view.ReleasePointer();
}
