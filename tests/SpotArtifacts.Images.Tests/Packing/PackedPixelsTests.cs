using System.Buffers.Binary;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Packing;

namespace SpotArtifacts.Images.Tests.Packing;

public sealed class PackedPixelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(150)]
    public void Write_ThenOpen_GivesPixelsNamesAndLabelsBack(int count)
    {
        for (int i = 0; i < count; i++)
            _folder.WriteImage($"images/{(i % 2 == 0 ? "cat" : "dög")}/{i:D4}.png", i);
        string path = Pack(out IReadOnlyList<SkippedImage> skipped);
        using ImageSet before = ImageSet.Open([_folder.At("images")]), after = ImageSet.Open([path]);
        Assert.Empty(skipped);
        Assert.Equal((before.Count, before.ClassCount), (after.Count, after.ClassCount));
        Assert.Equal(before.ClassNames!, after.ClassNames!);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal((before.Name(i), before.Label(i)), (after.Name(i), after.Label(i)));
            Assert.Equal(before.Load(i).Pixels, after.Load(i).Pixels);
        }
        Assert.Contains("packed pixels, 4 x 4", Assert.Single(after.Descriptions), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OtherSizes_KeepsTheCentralSquareOfTheShorterSide()
    {
        RgbImage wide = new(12, 4);
        for (int i = 0; i < wide.Pixels.Length; i++)
            wide.Pixels[i] = (byte)(i / 3 % 12 is >= 4 and < 8 ? 200 : 10);
        _folder.Write("images/wide.png", PngFile.Encode(wide));
        using ImageSet set = ImageSet.Open([Pack(out _, side: 4)]);
        Assert.All(set.Load(0).Pixels, value => Assert.Equal(200, value));
    }

    [Fact]
    public void Write_DamagedImages_AreLeftOutAndNamed()
    {
        for (int i = 0; i < 5; i++)
            _folder.WriteImage($"images/{i}.png", i);
        _folder.Write("images/2.png", [1, 2, 3]);
        string path = Pack(out IReadOnlyList<SkippedImage> skipped);
        using ImageSet set = ImageSet.Open([path]);
        Assert.Equal(_folder.At("images/2.png"), Assert.Single(skipped).Name);
        Assert.Equal(
            [0, 1, 3, 4],
            Enumerable.Range(0, set.Count).Select(i => int.Parse(Path.GetFileNameWithoutExtension(set.Name(i)), null)));
    }

    [Fact]
    public void Write_NothingGood_LeavesNoFile()
    {
        _folder.Write("images/a.png", [1]);
        Assert.Throws<SpotException>(() => Pack(out _));
        Assert.Equal([_folder.At("images")], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Write_OverAFile_IsRefused()
    {
        _folder.WriteImage("images/a.png");
        Pack(out _);
        Assert.Contains("exists already", Assert.Throws<SpotException>(() => Pack(out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_CutAnywhere_IsRefused()
    {
        byte[] whole = Sound();
        for (int length = 1; length < whole.Length; length++)
            AssertRefused(whole[..length], "");
    }

    [Theory]
    [InlineData(7, (byte)'2', "SPOTPIX1")] // another version
    [InlineData(8, 5, "header")]
    [InlineData(16, 9, "header")]
    [InlineData(52, 1, "header")]
    [InlineData(60, 1, "header")]
    public void Open_ChangedHeader_IsRefused(int at, byte value, string reason)
    {
        byte[] file = Sound();
        file[at] = value;
        AssertRefused(file, reason);
    }

    [Theory]
    [InlineData(8, 0L, "not possible")] // side 0
    [InlineData(8, 5000L, "not possible")]
    [InlineData(12, 1L, "not possible")] // images of a block
    [InlineData(16, 0L, "not possible")] // images
    [InlineData(16, -1L, "not possible")]
    [InlineData(16, 1L << 30, "do not agree")]
    [InlineData(24, 64L, "do not agree")] // where the tables begin
    [InlineData(32, 1L << 40, "do not agree")] // bytes of names
    [InlineData(32, -1L, "do not agree")]
    [InlineData(40, 1L << 40, "its header says")] // length
    [InlineData(48, 0L, "tables")] // checksum of the tables
    public void Open_SenselessHeaderWithAMatchingChecksum_IsRefused(int at, long value, string reason)
    {
        byte[] file = Sound();
        if (at is 8 or 12 or 48)
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), (uint)value);
        else
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), value);
        Sign(file);
        AssertRefused(file, reason);
    }

    [Theory]
    [InlineData(4, -2, "label")] // behind the one checksum: the first label
    [InlineData(4, 2, "label")]
    [InlineData(4 + 4 * 5, 1 << 20, "names")] // the first name's end
    public void Open_SenselessTablesWithMatchingChecksums_AreRefused(int at, int value, string reason)
    {
        byte[] file = Sound();
        int tables = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(24));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(tables + at), value);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(48), Crc32C.Append(0, file.AsSpan(tables)));
        Sign(file);
        AssertRefused(file, reason);
    }

    [Fact]
    public void Open_ChangedTables_AreRefused()
    {
        byte[] file = Sound();
        file[^1] ^= 1;
        AssertRefused(file, "tables");
    }

    [Fact]
    public void Load_ChangedPixels_AreRefusedByTheirBlocksChecksum()
    {
        byte[] file = Sound();
        file[64] ^= 1;
        using ImageSet set = ImageSet.Open([_folder.Write("changed.spotpix", file)]);
        for (int i = 0; i < 2; i++)
            Assert.Contains("checksum", Assert.Throws<ImageFormatException>(() => set.Load(i)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_PublishedValue_InAnyPieces()
    {
        byte[] zeros = new byte[32];
        Assert.Equal(0x8A9136AA, Crc32C.Append(0, zeros)); // RFC 3720, B.4
        for (int cut = 0; cut <= 32; cut++)
            Assert.Equal(0x8A9136AA, Crc32C.Append(Crc32C.Append(0, zeros.AsSpan(0, cut)), zeros.AsSpan(cut)));
    }

    public void Dispose() => _folder.Dispose();

    private string Pack(out IReadOnlyList<SkippedImage> skipped, int side = 4)
    {
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        string path = _folder.At("packed.spotpix");
        skipped = PackedPixels.Write(set, path, side, threads: 2, cancellation: TestContext.Current.CancellationToken);
        return path;
    }

    private byte[] Sound()
    {
        for (int i = 0; i < 5; i++)
            _folder.WriteImage($"images/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", i);
        return File.ReadAllBytes(Pack(out _));
    }

    private static void Sign(byte[] file) =>
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), Crc32C.Append(0, file.AsSpan(0, 60)));

    private void AssertRefused(byte[] file, string reason)
    {
        string path = _folder.Write("changed.spotpix", file);
        ImageSetException thrown =
            Assert.Throws<ImageSetException>(
                () => ImageSet.Open([path], new ImageSetOptions { Format = ImageSourceFormat.Packed }));
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }
}
