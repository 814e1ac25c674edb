using System.Buffers.Binary;
using System.Text;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Tests.Files;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Write_AnyTensors_ReadBackEqualAndAligned(int seed)
    {
        SafetensorsFile written = Generate(new SeededRandom((ulong)seed));
        string path = _folder.At("file.safetensors");

        written.Write(path);
        SafetensorsFile read = SafetensorsFile.Read(path);

        Assert.Equal(written.Metadata, read.Metadata);
        Assert.Equal(written.Tensors.Keys, read.Tensors.Keys);
        foreach ((string name, SafetensorsEntry entry) in written.Tensors)
        {
            Assert.Equal((entry.Type, entry.Count), (read.Tensors[name].Type, read.Tensors[name].Count));
            Assert.Equal(entry.Shape, read.Tensors[name].Shape);
            Assert.Equal(entry.Bytes.ToArray(), read.Tensors[name].Bytes.ToArray());
        }
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(path)) % 8);
    }

    [Fact]
    public void Parse_TensorsInAnotherOrderThanTheirBytes_Reads()
    {
        const string header =
            """{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";
        SafetensorsFile file = SafetensorsFile.Parse(Bytes(header, 3));

        Assert.Equal([0, 1], file.Tensors["a"].Bytes.ToArray());
        Assert.Equal([2], file.Tensors["b"].Bytes.ToArray());
    }

    [Fact]
    public void Parse_HeaderOfNothing_IsAnEmptyFile() => Assert.Empty(SafetensorsFile.Parse(Bytes("{}", 0)).Tensors);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Parse_ShorterThanTheLength_Throws(int length) => AssertMalformed(new byte[length], $"{length} bytes are too few");

    [Fact]
    public void Parse_HeaderBeyondTheFile_Throws() => AssertMalformed(Bytes("{}", 0)[..9], "a header of 2 bytes in a file of 9");

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    public void Parse_HeaderLongerThanTheFormatAllows_Throws(ulong length)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        AssertMalformed(bytes, $"a header of {length} bytes; the format allows");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"a\":")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"a\":{}}")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":1,\"data_offsets\":[0,1]}}")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1.5],\"data_offsets\":[0,1]}}")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[]}}")]
    [InlineData("{\"a\":{\"dtype\":8,\"shape\":[1],\"data_offsets\":[0,1]}}")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,1]}}")]
    [InlineData("{\"__metadata__\":{\"a\":1}}")]
    [InlineData("{\"__metadata__\":[]}")]
    public void Parse_HeaderOfAnotherForm_Throws(string header) =>
        AssertMalformed(Bytes(header, 1), "malformed safetensors header");

    [Fact]
    public void Parse_NullMetadata_Throws() => AssertMalformed(Bytes("""{"__metadata__":{"a":null}}""", 0), "metadata a is null");

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(2, 1)]
    [InlineData(1, 5)]
    public void Parse_OffsetsOutsideTheData_Throws(long begin, long end) =>
        AssertMalformed(Entry("U8", "4", begin, end), $"tensor a lies at {begin}..{end} of 4 bytes");

    [Theory]
    [InlineData("U8", "3")]
    [InlineData("F32", "4")]
    [InlineData("F32", "0")]
    [InlineData("U8", "2,3")]
    public void Parse_ShapeThatNeedsOtherThanItsBytes_Throws(string type, string shape) =>
        AssertMalformed(Entry(type, shape, 0, 4), "bytes, has 4");

    [Theory]
    [InlineData("-4")]
    [InlineData("-2,-2")]
    public void Parse_NegativeSize_Throws(string shape) =>
        AssertMalformed(Entry("U8", shape, 0, 4), "tensor a has a negative size");

    [Theory]
    [InlineData("F8")]
    [InlineData("f32")]
    [InlineData("")]
    public void Parse_UnknownType_Throws(string type) =>
        AssertMalformed(Entry(type, "1", 0, 4), $"tensor a has the unknown type {type}");

    [Fact]
    public void Parse_SameNameTwice_Throws() => AssertMalformed(Two("a", "0,2", "a", "2,4"), "tensor a stands twice");

    [Fact]
    public void Parse_Overlap_Throws() =>
        AssertMalformed(Two("a", "0,2", "b", "1,3"), "tensor b lies at 1..3, but the tensors before it end at 2");

    [Fact]
    public void Parse_OverlapThatCoversAsManyBytes_Throws() =>
        AssertMalformed(Two("a", "0,2", "b", "0,2"), "tensor b lies at 0..2");

    [Fact]
    public void Parse_Hole_Throws() =>
        AssertMalformed(Two("a", "0,1", "b", "3,4", size: 1), "tensor b lies at 3..4, but the tensors before it end at 1");

    [Fact]
    public void Parse_TrailingBytes_Throws() => AssertMalformed(Entry("U8", "2", 0, 2), "the tensors cover 2 of 4 bytes");

    [Fact]
    public void Read_MissingFile_NamesIt() => AssertNamed(_folder.At("absent.safetensors"), "cannot be read");

    [Fact]
    public void Read_MalformedFile_NamesIt() => AssertNamed(_folder.Write("bad.safetensors", Bytes("[]", 0)), "malformed");

    [Fact]
    public void Read_TruncatedAtAnyLength_Throws()
    {
        var file = new SafetensorsFile { Metadata = { ["key"] = "value" } };
        file.Tensors["a"] = SafetensorsEntry.From((ReadOnlySpan<float>)[1, 2], 2);
        file.Write(_folder.At("whole"));
        byte[] whole = File.ReadAllBytes(_folder.At("whole"));

        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<CheckpointException>(() => SafetensorsFile.Parse(whole[..length]));
    }

    [Fact]
    public void Floats_OtherType_Throws() =>
        Assert.Contains(
            "I64", Assert.Throws<CheckpointException>(
                () => SafetensorsEntry.From((ReadOnlySpan<long>)[1], 1).Floats().Length).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private static void AssertMalformed(byte[] bytes, string message) =>
        Assert.Contains(
            message, Assert.Throws<CheckpointException>(() => SafetensorsFile.Parse(bytes)).Message, StringComparison.Ordinal);

    private static void AssertNamed(string path, string message)
    {
        string actual = Assert.Throws<CheckpointException>(() => SafetensorsFile.Read(path)).Message;
        Assert.StartsWith($"{path}: ", actual, StringComparison.Ordinal);
        Assert.Contains(message, actual, StringComparison.Ordinal);
    }

    // Data bytes count 0, 1, 2, ...
    private static byte[] Bytes(string header, int data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), bytes = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        for (int i = 0; i < data; i++)
            bytes[8 + text.Length + i] = (byte)i;
        return bytes;
    }

    private static byte[] Entry(string type, string shape, long begin, long end) =>
        Bytes($$$"""{"a":{"dtype":"{{{type}}}","shape":[{{{shape}}}],"data_offsets":[{{{begin}}},{{{end}}}]}}""", 4);

    private static byte[] Two(string first, string firstAt, string second, string secondAt, int size = 2)
    {
        string Tensor(string name, string at) => $$"""
            "{{name}}":{"dtype":"U8","shape":[{{size}}],"data_offsets":[{{at}}]}
            """;
        return Bytes($"{{{Tensor(first, firstAt)},{Tensor(second, secondAt)}}}", 4);
    }

    private static SafetensorsFile Generate(SeededRandom random)
    {
        var file = new SafetensorsFile();
        for (int i = random.NextInt(4); i > 0; i--)
            file.Metadata[$"key \"{i}\" \u00e9\n"] = new string('x', random.NextInt(20));
        for (int i = random.NextInt(6); i > 0; i--)
        {
            long[] shape = [.. Enumerable.Range(0, random.NextInt(4)).Select(_ => (long)random.NextInt(4))];
            int count = (int)shape.Aggregate(1L, (a, b) => a * b);
            file.Tensors[$"tensor.{i}\u00fc"] = random.NextInt(2) == 0
                ? SafetensorsEntry.From((ReadOnlySpan<float>)[.. Enumerable.Range(0, count).Select(n => n / 3f)], shape)
                : SafetensorsEntry.From((ReadOnlySpan<long>)[.. Enumerable.Range(0, count).Select(n => (long)n << 40)], shape);
        }
        file.Tensors["bytes"] =
            SafetensorsEntry.From((ReadOnlySpan<byte>)[.. Enumerable.Range(0, random.NextInt(9)).Select(n => (byte)n)]);
        return file;
    }
}
