using System.Runtime.InteropServices;

namespace SpotArtifacts.Images.Files;

/// <summary>A tensor in a safetensors file.</summary>
/// <param name="Type">Element type as the format spells it: F32, F64, I64, I32, U8.</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="Bytes">Elements, row-major, little-endian.</param>
internal sealed record SafetensorsEntry(string Type, long[] Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (a, b) => a * b);

    /// <summary>An F32 entry.</summary>
    public static SafetensorsEntry From(ReadOnlySpan<float> values, params long[] shape) =>
        new("F32", shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>An I64 entry.</summary>
    public static SafetensorsEntry From(ReadOnlySpan<long> values, params long[] shape) =>
        new("I64", shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A U8 entry of one dimension.</summary>
    public static SafetensorsEntry From(ReadOnlySpan<byte> values) => new("U8", [values.Length], values.ToArray());

    /// <summary>The elements as 32-bit floats.</summary>
    /// <exception cref="CheckpointException">The entry is of another type.</exception>
    public ReadOnlySpan<float> Floats() =>
        Type == "F32" ? MemoryMarshal.Cast<byte, float>(Bytes.Span)
        : throw new CheckpointException($"a tensor of type {Type} where F32 is needed");

    /// <summary>The elements as 64-bit integers.</summary>
    /// <exception cref="CheckpointException">The entry is of another type.</exception>
    public ReadOnlySpan<long> Integers() =>
        Type == "I64" ? MemoryMarshal.Cast<byte, long>(Bytes.Span)
        : throw new CheckpointException($"a tensor of type {Type} where I64 is needed");
}

/// <summary>
/// Reads and writes safetensors files whole: a <see cref="SafetensorsHeader"/>, then the tensors without holes.
/// </summary>
internal sealed class SafetensorsFile
{
    /// <summary>Tensors by name, in file order.</summary>
    public Dictionary<string, SafetensorsEntry> Tensors { get; } = [];

    /// <summary>The file's <c>__metadata__</c>: strings to strings.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="CheckpointException">The file is missing or malformed; the message names it and says how.</exception>
    public static SafetensorsFile Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: cannot be read: {e.Message}", e);
        }
        try
        {
            return Parse(bytes);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="CheckpointException">Malformed.</exception>
    public static SafetensorsFile Parse(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        int length =
            SafetensorsHeader.ReadLength(bytes.AsSpan(0, Math.Min(bytes.Length, SafetensorsHeader.PrefixLength)), bytes.Length);
        ReadOnlyMemory<byte> data = bytes.AsMemory(SafetensorsHeader.PrefixLength + length);
        SafetensorsHeader header = SafetensorsHeader.Parse(bytes.AsMemory(SafetensorsHeader.PrefixLength, length), data.Length);
        SafetensorsFile file = new();
        foreach ((string name, SafetensorsPlace place) in header.Places)
            file.Tensors.Add(name, new SafetensorsEntry(place.Type, place.Shape, data[(int)place.Begin..(int)place.End]));
        foreach ((string key, string value) in header.Metadata)
            file.Metadata.Add(key, value);
        return file;
    }

    /// <summary>Writes the file atomically: a sibling temporary file, flushed, then renamed.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        SafetensorsHeader header = new();
        foreach ((string key, string value) in Metadata)
            header.Metadata.Add(key, value);
        long offset = 0;
        foreach ((string name, SafetensorsEntry entry) in Tensors)
            header.Places.Add(name, new SafetensorsPlace(entry.Type, entry.Shape, offset, offset += entry.Bytes.Length));
        stream.Write(header.ToBytes());
        foreach (SafetensorsEntry entry in Tensors.Values)
            stream.Write(entry.Bytes.Span);
    });
}
