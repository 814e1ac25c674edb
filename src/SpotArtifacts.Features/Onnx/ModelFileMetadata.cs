using Google.Protobuf;

namespace SpotArtifacts.Features.Onnx;

/// <summary>Reads a model's metadata without its graph, which may be hundreds of megabytes.</summary>
internal static class ModelFileMetadata
{
    /// <summary>The metadata of a file; null where it is missing, damaged, of another version, or not ours.</summary>
    internal static ModelMetadata? TryRead(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return ModelMetadata.Read(Entries(stream), path);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or InvalidProtocolBufferException or SpotException)
        {
            return null;
        }
    }

    // A message is a row of fields: number and kind in one varint, then a varint, 8 or 4 bytes, or a length and so many bytes.
    private static List<KeyValuePair<string, string>> Entries(FileStream stream)
    {
        List<KeyValuePair<string, string>> entries = [];
        while (stream.Position < stream.Length)
        {
            ulong tag = Varint(stream);
            if ((tag & 7) == 0)
            {
                Varint(stream);
                continue;
            }
            long length = (tag & 7) switch
            {
                1 => 8,
                2 => (long)Math.Min(Varint(stream), long.MaxValue),
                5 => 4,
                _ => throw new IOException($"a field of kind {tag & 7}"),
            };
            if (length > stream.Length - stream.Position)
                throw new EndOfStreamException();
            if (tag >> 3 == ModelProto.MetadataPropsFieldNumber)
                entries.Add(Entry(stream, length));
            else
                stream.Seek(length, SeekOrigin.Current);
        }
        return entries;
    }

    private static KeyValuePair<string, string> Entry(FileStream stream, long length)
    {
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        StringStringEntryProto entry = StringStringEntryProto.Parser.ParseFrom(bytes);
        return new(entry.Key, entry.Value);
    }

    private static ulong Varint(FileStream stream)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int part = stream.ReadByte();
            if (part < 0)
                throw new EndOfStreamException();
            value |= (ulong)(part & 127) << shift;
            if (part < 128)
                return value;
        }
        throw new IOException("a number of more than 64 bits");
    }
}
