using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace SpotArtifacts.Checkpoints;

/// <summary>A tensor in a safetensors file.</summary>
/// <param name="Type">Element type as the format spells it: F32, F64, I64, I32, U8.</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="Bytes">Elements, row-major, little-endian.</param>
public sealed record SafetensorsEntry(string Type, long[] Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (a, b) => a * b);

    /// <summary>An F32 entry.</summary>
    public static SafetensorsEntry From(ReadOnlySpan<float> values, params long[] shape) => new("F32", shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>An I64 entry.</summary>
    public static SafetensorsEntry From(ReadOnlySpan<long> values, params long[] shape) => new("I64", shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A U8 entry of one dimension.</summary>
    public static SafetensorsEntry From(ReadOnlySpan<byte> values) => new("U8", [values.Length], values.ToArray());

    /// <summary>The elements as 32-bit floats.</summary>
    /// <exception cref="CheckpointException">The entry is of another type.</exception>
    public ReadOnlySpan<float> Floats() => Type == "F32" ? MemoryMarshal.Cast<byte, float>(Bytes.Span) : throw new CheckpointException($"a tensor of type {Type} where F32 is needed");

    /// <summary>The elements as 64-bit integers.</summary>
    /// <exception cref="CheckpointException">The entry is of another type.</exception>
    public ReadOnlySpan<long> Integers() => Type == "I64" ? MemoryMarshal.Cast<byte, long>(Bytes.Span) : throw new CheckpointException($"a tensor of type {Type} where I64 is needed");
}

/// <summary>
/// Reads and writes safetensors files: an 8-byte little-endian header length, a JSON header padded with spaces to 8 bytes, then the
/// tensors without holes (format: huggingface/safetensors README).
/// </summary>
public sealed class SafetensorsFile
{
    private const long MaxHeader = 100_000_000;

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
        if (bytes.Length < 8) throw new CheckpointException($"{bytes.Length} bytes are too few for a safetensors file");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > MaxHeader) throw new CheckpointException($"a header of {length} bytes; the format allows {MaxHeader}");
        if ((long)length > bytes.Length - 8) throw new CheckpointException($"a header of {length} bytes in a file of {bytes.Length}: truncated?");
        try
        {
            return Parse(bytes.AsMemory(8, (int)length), bytes.AsMemory(8 + (int)length));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new CheckpointException($"malformed safetensors header: {e.Message}", e);
        }
    }

    /// <summary>Writes the file atomically: a sibling temporary file, flushed, then renamed.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        byte[] header = Header();
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (SafetensorsEntry entry in Tensors.Values) stream.Write(entry.Bytes.Span);
    });

    private static SafetensorsFile Parse(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> data)
    {
        using var json = JsonDocument.Parse(header);
        var file = new SafetensorsFile();
        var places = new List<(long Begin, long End, string Name)>();
        foreach (JsonProperty item in json.RootElement.EnumerateObject())
        {
            if (item.Name == "__metadata__")
            {
                foreach (JsonProperty pair in item.Value.EnumerateObject())
                    file.Metadata[pair.Name] = pair.Value.GetString() ?? throw new CheckpointException($"metadata {pair.Name} is null");
                continue;
            }
            SafetensorsEntry entry = ParseEntry(item, data, out long begin);
            if (!file.Tensors.TryAdd(item.Name, entry)) throw new CheckpointException($"tensor {item.Name} stands twice");
            places.Add((begin, begin + entry.Bytes.Length, item.Name));
        }
        RequireGapless(places, data.Length);
        return file;
    }

    // Tensors that shared bytes or left some out would be a file of another's making, or a damaged one.
    private static void RequireGapless(List<(long Begin, long End, string Name)> places, long length)
    {
        places.Sort();
        long covered = 0;
        foreach ((long begin, long end, string name) in places)
        {
            if (begin != covered) throw new CheckpointException($"tensor {name} lies at {begin}..{end}, but the tensors before it end at {covered}");
            covered = end;
        }
        if (covered != length) throw new CheckpointException($"the tensors cover {covered} of {length} bytes");
    }

    private static SafetensorsEntry ParseEntry(JsonProperty item, ReadOnlyMemory<byte> data, out long begin)
    {
        string type = item.Value.GetProperty("dtype").GetString()!;
        long[] shape = [.. item.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];
        JsonElement offsets = item.Value.GetProperty("data_offsets");
        begin = offsets[0].GetInt64();
        long end = offsets[1].GetInt64();
        if (begin < 0 || end < begin || end > data.Length)
            throw new CheckpointException($"tensor {item.Name} lies at {begin}..{end} of {data.Length} bytes: truncated?");
        if (shape.Any(n => n < 0)) throw new CheckpointException($"tensor {item.Name} has a negative size");
        long bytes = shape.Aggregate((long)SizeOf(type, item.Name), (a, b) => checked(a * b));
        if (bytes != end - begin) throw new CheckpointException($"tensor {item.Name} of shape [{string.Join(", ", shape)}] {type} needs {bytes} bytes, has {end - begin}");
        return new SafetensorsEntry(type, shape, data[(int)begin..(int)end]);
    }

    private static int SizeOf(string type, string name) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "U8" or "I8" or "BOOL" => 1,
        _ => throw new CheckpointException($"tensor {name} has the unknown type {type}"),
    };

    private byte[] Header()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in Metadata) json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            foreach ((string name, SafetensorsEntry entry) in Tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", entry.Type);
                json.WriteStartArray("shape");
                foreach (long size in entry.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += entry.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }
}
