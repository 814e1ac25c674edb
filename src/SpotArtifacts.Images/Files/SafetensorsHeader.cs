using System.Buffers.Binary;
using System.Text.Json;

namespace SpotArtifacts.Images.Files;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Type">Element type as the format spells it: F32, F16, I64, U8, ...</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record SafetensorsPlace(string Type, long[] Shape, long Begin, long End);

/// <summary>
/// The head of a safetensors file: an 8-byte little-endian length, then JSON padded with spaces to 8 bytes (format:
/// huggingface/safetensors README). Apart from the tensors, so that files larger than memory can be written row by row and
/// mapped.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Largest JSON the format allows, in bytes.</summary>
    public const long MaxLength = 100_000_000;

    /// <summary>Bytes of the length before the JSON.</summary>
    public const int PrefixLength = 8;

    /// <summary>Tensors by name, in file order.</summary>
    public Dictionary<string, SafetensorsPlace> Places { get; } = [];

    /// <summary>The file's <c>__metadata__</c>: strings to strings.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads and checks the length before the JSON.</summary>
    /// <param name="prefix">The file's first 8 bytes.</param>
    /// <param name="fileLength">Length of the whole file.</param>
    /// <exception cref="CheckpointException">The file is too short, or the length cannot be.</exception>
    public static int ReadLength(ReadOnlySpan<byte> prefix, long fileLength)
    {
        if (prefix.Length < PrefixLength)
            throw new CheckpointException($"{prefix.Length} bytes are too few for a safetensors file");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxLength)
            throw new CheckpointException($"a header of {length} bytes; the format allows {MaxLength}");
        if ((long)length > fileLength - PrefixLength)
            throw new CheckpointException($"a header of {length} bytes in a file of {fileLength}: truncated?");
        return (int)length;
    }

    /// <summary>Reads the JSON, and checks that the tensors cover the rest of the file without holes.</summary>
    /// <param name="json">The JSON, padding included.</param>
    /// <param name="dataLength">Bytes behind it.</param>
    /// <exception cref="CheckpointException">Malformed.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        try
        {
            return ParseJson(json, dataLength);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or OverflowException or IndexOutOfRangeException)
        {
            throw new CheckpointException($"malformed safetensors header: {e.Message}", e);
        }
    }

    /// <summary>The head as it stands in the file, the length before the JSON included.</summary>
    /// <param name="alignment">The tensors begin at a multiple of this many bytes; a multiple of 8.</param>
    /// <param name="minimum">Fewest bytes: what was reserved for it earlier.</param>
    public byte[] ToBytes(int alignment = 8, int minimum = 0)
    {
        using MemoryStream buffer = new();
        buffer.SetLength(buffer.Position = PrefixLength);
        using (Utf8JsonWriter json = new(buffer))
            Write(json);
        while (buffer.Length % alignment != 0 || buffer.Length < minimum)
            buffer.WriteByte((byte)' ');
        byte[] bytes = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - PrefixLength);
        return bytes;
    }

    private static SafetensorsHeader ParseJson(ReadOnlyMemory<byte> header, long dataLength)
    {
        using var json = JsonDocument.Parse(header);
        SafetensorsHeader result = new();
        foreach (JsonProperty item in json.RootElement.EnumerateObject())
        {
            if (item.Name == "__metadata__")
            {
                foreach (JsonProperty pair in item.Value.EnumerateObject())
                    result.Metadata[pair.Name] = pair.Value.GetString()
                        ?? throw new CheckpointException($"metadata {pair.Name} is null");
                continue;
            }
            if (!result.Places.TryAdd(item.Name, ParsePlace(item, dataLength)))
                throw new CheckpointException($"tensor {item.Name} stands twice");
        }
        RequireGapless(result.Places, dataLength);
        return result;
    }

    private static SafetensorsPlace ParsePlace(JsonProperty item, long dataLength)
    {
        string type = item.Value.GetProperty("dtype").GetString()!;
        long[] shape = [.. item.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];
        JsonElement offsets = item.Value.GetProperty("data_offsets");
        long begin = offsets[0].GetInt64(), end = offsets[1].GetInt64();
        if (begin < 0 || end < begin || end > dataLength)
            throw new CheckpointException($"tensor {item.Name} lies at {begin}..{end} of {dataLength} bytes: truncated?");
        if (shape.Any(n => n < 0))
            throw new CheckpointException($"tensor {item.Name} has a negative size");
        long bytes = shape.Aggregate((long)SizeOf(type, item.Name), (a, b) => checked(a * b));
        if (bytes != end - begin)
            throw new CheckpointException(
                $"tensor {item.Name} of shape [{string.Join(", ", shape)}] {type} needs {bytes} bytes, has {end - begin}");
        return new SafetensorsPlace(type, shape, begin, end);
    }

    // Tensors that shared bytes or left some out would be a file of another's making, or a damaged one.
    private static void RequireGapless(Dictionary<string, SafetensorsPlace> places, long length)
    {
        long covered = 0;
        foreach ((string name, SafetensorsPlace place) in places.OrderBy(item => item.Value.Begin).ThenBy(item => item.Value.End))
        {
            if (place.Begin != covered)
                throw new CheckpointException(
                    $"tensor {name} lies at {place.Begin}..{place.End}, but the tensors before it end at {covered}");
            covered = place.End;
        }
        if (covered != length)
            throw new CheckpointException($"the tensors cover {covered} of {length} bytes");
    }

    private static int SizeOf(string type, string name) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "U8" or "I8" or "BOOL" => 1,
        _ => throw new CheckpointException($"tensor {name} has the unknown type {type}"),
    };

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("__metadata__");
        foreach ((string key, string value) in Metadata)
            json.WriteString(key, value);
        json.WriteEndObject();
        foreach ((string name, SafetensorsPlace place) in Places)
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", place.Type);
            json.WriteStartArray("shape");
            foreach (long size in place.Shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(place.Begin);
            json.WriteNumberValue(place.End);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
