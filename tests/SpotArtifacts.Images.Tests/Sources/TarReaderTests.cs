namespace SpotArtifacts.Images.Tests.Sources;

public sealed class TarReaderTests : IDisposable
{
    private static readonly byte[] s_png = PngFile.Encode(TestImages.Pattern(4, 4));
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(200 * 512)] // more than is read at a time
    public void Open_ArchiveBehindTheEndMarker_IsReadToo(int zeros)
    {
        using ImageSet set = Open([.. Archive("a", "b"), .. new byte[zeros], .. Archive("a", "c"), .. new byte[10 * 512]]);
        Assert.Equal(["s.tar:a.png", "s.tar:b.png", "s.tar:a.png", "s.tar:c.png"], Enumerable.Range(0, 4).Select(set.Name));
        Assert.Equal(4, set.Count);
    }

    [Fact]
    public void Open_KeysOfTwoArchives_AreNotTheSame()
    {
        byte[] first = new TarBuilder().Add("0.png", s_png).Add("0.cls", "1").Build(),
            second = new TarBuilder().Add("0.cls", "2").Add("0.png", s_png).Add("l.png", [], '1', link: "0.png").Build();
        using ImageSet set = Open([.. first, .. second]);
        Assert.Equal([1, 2, -1], Enumerable.Range(0, 3).Select(set.Label));
    }

    [Fact]
    public void Open_CutArchiveBehindTheFirst_Throws() => Assert.Contains(
        "truncated", Assert.Throws<ImageSetException>(() => Open([.. Archive("a"), .. Archive("b")[..700]])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Open_BytesBehindTheEndThatAreNoArchive_AreNamed()
    {
        using ImageSet set = Open([.. Archive("a"), .. Enumerable.Repeat((byte)7, 700)]);
        Assert.Equal(1, set.Count);
        Assert.Contains(set.Descriptions, line => line.Contains("700 bytes behind the end marker", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData('1')]
    [InlineData('2')]
    [InlineData('5')]
    public void Open_EntryThatClaimsASizeAndHasNoContent_MovesNothing(char type)
    {
        using ImageSet set = Open(new TarBuilder().Add("a.png", s_png)
            .Add("l.png", [], type, link: "a.png", claimedSize: s_png.Length).Add("b.png", s_png)
            .Add("m.png", [], type, link: "a.png", claimedSize: s_png.Length).Build());
        Assert.Equal(type == '5' ? 2 : 4, set.Count);
        for (int i = 0; i < set.Count; i++)
            Assert.Equal(s_png, set.ReadEncoded(i));
    }

    [Fact]
    public void Open_HardLinkWithItsContent_IsReadFromThere()
    {
        using ImageSet set = Open(new TarBuilder().Add("a.png", s_png)
            .Add("b.png", PngFile.Encode(TestImages.Pattern(5, 5)), '1', link: "a.png").Build());
        Assert.Equal(5, set.Load(1).Width);
    }

    [Fact]
    public void Open_SparseMapInSeveralBlocks_IsSkippedWhole()
    {
        byte[] sparse = new TarBuilder().Add("s.bin", s_png, 'S').Build(endMarker: false);
        byte[] map = new byte[1024]; // two continuations, the first of which says that there is another
        map[504] = 1;
        sparse[482] = 1;
        Mend(sparse.AsSpan(0, 512));
        using ImageSet set = Open([.. sparse[..512], .. map, .. sparse[512..], .. Archive("a")]);
        Assert.Equal("s.tar:a.png", set.Name(0));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Archive(params string[] keys)
    {
        TarBuilder tar = new();
        foreach (string key in keys)
            tar.Add($"{key}.png", s_png);
        return tar.Build();
    }

    private static void Mend(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
            sum += value;
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", header[148..]);
    }

    private ImageSet Open(byte[] tar) => ImageSet.Open([_folder.Write("s.tar", tar)]);
}
