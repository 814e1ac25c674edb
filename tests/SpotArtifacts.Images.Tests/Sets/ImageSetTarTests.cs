using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images.Tests;

public class ImageSetTarTests
{
    private static readonly byte[] s_png = PngFile.Encode(TestImages.Pattern(4, 4));

    [Fact]
    public void Open_Shard_GivesSamplesInArchiveOrder()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("s.tar", new TarBuilder()
            .Add("b.png", s_png).Add("b.cls", "3\n").Add("a.cls", "1").Add("a.png", PngFile.Encode(TestImages.Pattern(5, 4)))
                .Build());
        using ImageSet set = ImageSet.Open([path]);
        Assert.Equal(["s.tar:b.png", "s.tar:a.png"], Enumerable.Range(0, set.Count).Select(set.Name));
        Assert.Equal((3, 1), (set.Label(0), set.Label(1)));
        Assert.True(set.HasLabels);
        Assert.Null(set.ClassNames);
        Assert.Equal(2, set.ClassCount);
        Assert.Equal(TestImages.Pattern(4, 4).Pixels, set.Load(0).Pixels);
        Assert.Equal(5, set.Load(1).Width);
    }

    [Fact]
    public void Open_ShardWithoutLabels_IsUnlabelled()
    {
        using TemporaryFolder folder = new();
        using ImageSet set = ImageSet.Open([folder.Write("s.tar", new TarBuilder().Add("a.png", s_png).Build())]);
        Assert.False(set.HasLabels);
        Assert.Equal((-1, 0), (set.Label(0), set.ClassCount));
    }

    [Fact]
    public void Open_PartlyLabelledShard_CountsWhatIsLabelled()
    {
        using TemporaryFolder folder = new();
        using ImageSet set =
            ImageSet.Open(
                [folder.Write("s.tar", new TarBuilder().Add("a.png", s_png).Add("b.png", s_png).Add("b.cls", "0").Build())]);
        Assert.False(set.HasLabels);
        Assert.Equal((1, -1, 0), (set.LabelledCount, set.Label(0), set.Label(1)));
    }

    [Fact]
    public void Open_EqualBaseNamesInTwoFolders_AreTwoSamples()
    {
        using TemporaryFolder folder = new();
        using ImageSet set = ImageSet.Open([folder.Write("s.tar", new TarBuilder()
            .Add("x/1.png", s_png).Add("x/1.cls", "0").Add("y.z/1.png", s_png).Add("y.z/1.cls", "1").Build())]);
        Assert.Equal((2, 0, 1), (set.Count, set.Label(0), set.Label(1)));
    }

    [Theory]
    [InlineData("z.seg.png")] // everything behind the first dot is the extension, and z has an image
    [InlineData("._a.png")]
    [InlineData(".png")]
    [InlineData("a.json")]
    [InlineData("__MACOSX/a.png")]
    [InlineData(".git/a.png")]
    public void Open_OtherEntries_AreIgnored(string name)
    {
        using TemporaryFolder folder = new();
        string tar = folder.Write("s.tar", new TarBuilder().Add(name, s_png).Add("z.JPG", s_png).Build());
        using ImageSet set = ImageSet.Open([tar]);
        Assert.Equal(["s.tar:z.JPG"], Enumerable.Range(0, set.Count).Select(set.Name));
    }

    [Theory]
    [InlineData("../../outside.png")]
    [InlineData("/etc/outside.png")]
    public void Open_PathThatLeavesTheArchive_IsOnlyAName(string name)
    {
        using TemporaryFolder folder = new();
        using ImageSet set = ImageSet.Open([folder.Write("s.tar", new TarBuilder().Add(name, s_png).Build())]);
        Assert.Equal($"s.tar:{name}", set.Name(0));
        Assert.Equal(4, set.Load(0).Width);
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Open_LongNames_AreRead()
    {
        string gnu = $"{new string('g', 150)}.png", pax = $"{new string('p', 200)}.png";
        using TemporaryFolder folder = new();
        using ImageSet set = ImageSet.Open([folder.Write("s.tar", new TarBuilder()
            .Add("././@LongLink", System.Text.Encoding.ASCII.GetBytes(gnu + "\0"), 'L').Add("short.png", s_png)
            .AddPax("path", pax).Add("short.png", s_png)
            .Add("leaf.png", s_png, prefix: "a/b").Add("big.png", s_png, binarySize: true).Build())]);
        Assert.Equal(
            [$"s.tar:{gnu}", $"s.tar:{pax}", "s.tar:a/b/leaf.png", "s.tar:big.png"], Enumerable.Range(0, 4).Select(set.Name));
        Assert.Equal(4, set.Load(3).Width);
    }

    [Fact]
    public void Open_FoldersAndLinks_AreNoImages()
    {
        using TemporaryFolder folder = new();
        using ImageSet set = ImageSet.Open([folder.Write("s.tar", new TarBuilder()
            .Add("d.png", [], '5').Add("l.png", [], '2', link: "gone.png")
            .Add("global", "9 a=b\n\n"u8.ToArray()[..6], 'g').Add("a.png", s_png)
                .Build())]);
        Assert.Equal(1, set.Count);
    }

    [Theory]
    [InlineData(0, "offset 0")]
    [InlineData(1024, "offset 1024")]
    public void Open_WrongChecksum_NamesFileAndOffset(int headerAt, string expected)
    {
        byte[] tar = new TarBuilder().Add("a.png", s_png).Add("b.png", s_png).Build();
        tar[headerAt] ^= 1;
        AssertRefused(tar, "checksum", expected);
    }

    [Fact]
    public void Open_CompressedByXz_SaysToUnpack() =>
        AssertRefused([0xfd, (byte)'7', (byte)'z', .. Enumerable.Repeat((byte)'7', 600)], "no tar archive", "unpacked first");

    [Theory]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(550)]
    [InlineData(1024)] // exactly behind an entry: the end marker is missing
    [InlineData(1300)]
    public void Open_Truncated_Throws(int length) =>
        AssertRefused(new TarBuilder().Add("a.png", s_png).Add("b.png", s_png).Build()[..length], "truncated", "offset");

    [Fact]
    public void Open_EmptyFile_Throws() => AssertRefused([], "truncated");

    [Fact]
    public void Open_NoImage_Throws() => AssertRefused(new TarBuilder().Add("a.txt", "hello").Build(), "no image");

    [Theory]
    [InlineData("cat", "cat")]
    [InlineData("1.5\n", "1.5")]
    [InlineData("99999999999", "99999999999")]
    public void Open_LabelThatIsNoNumber_IsAName(string label, string name)
    {
        using ImageSet set = Open(new TarBuilder().Add("a.png", s_png).Add("a.cls", label));
        Assert.Equal([name], set.ClassNames!);
        Assert.Equal(0, set.Label(0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("a\0b")]
    public void Open_LabelThatIsNothing_LeavesTheImageWithoutAndNamesIt(string label)
    {
        using ImageSet set = Open(new TarBuilder().Add("a.png", s_png).Add("a.cls", label));
        Assert.Equal((-1, "s.tar:a.png has none"), (set.Label(0), set.WhyUnlabelled));
    }

    [Fact]
    public void Open_ClassNamesInJson_AreTheLabels()
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("1.png", s_png).Add("1.cls", "0").Add("1.json", """{"source":"x","class_name":"dog"}""")
            .Add("2.json", """{"class_name":"cat"}""").Add("2.cls", "7").Add("2.png", s_png));
        Assert.Equal(["cat", "dog"], set.ClassNames!);
        Assert.Equal((1, 0, 2), (set.Label(0), set.Label(1), set.ClassCount));
    }

    [Fact]
    public void Open_ClassNamesOfSomeImagesOnly_LeaveTheNumbers()
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("1.png", s_png).Add("1.cls", "5").Add("1.json", """{"class_name":"dog"}""")
            .Add("2.png", s_png).Add("2.cls", "7"));
        Assert.Null(set.ClassNames);
        Assert.Equal((5, 7), (set.Label(0), set.Label(1)));
    }

    [Fact]
    public void Open_LargeNumbers_MakeAsManyClassesAsThereAreDifferentOnes()
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("1.png", s_png).Add("1.cls", "3").Add("2.png", s_png).Add("2.cls", "90000")
            .Add("3.png", s_png).Add("3.cls", "3"));
        Assert.Equal([3, 90000], set.DistinctLabels);
        Assert.Equal((2, 90000), (set.ClassCount, set.Label(1)));
    }

    [Theory]
    [InlineData("x path=a\n")]
    [InlineData("99 path=a\n")]
    [InlineData("10 path=ab")]
    public void Open_MalformedPaxRecord_Throws(string record) => AssertRefused(
        new TarBuilder().Add("pax", System.Text.Encoding.ASCII.GetBytes(record), 'x').Add("a.png", s_png).Build(), "pax");

    [Fact]
    public void Load_ShardCutAfterOpening_Throws()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("s.tar", new TarBuilder().Add("a.png", s_png).Build());
        using ImageSet set = ImageSet.Open([path]);
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(520);
        Assert.Throws<ImageFormatException>(() => set.Load(0));
    }

    [Fact]
    public void RecentKeys_ManyMoreThanAGeneration_ForgetsOnlyTheOldest()
    {
        RecentKeys<int> keys = new();
        const int count = 3 * RecentKeys<int>.Generation;
        for (int i = 0; i < count; i++)
            keys.Add($"{i}", i);
        Assert.False(keys.TryGet("0", out _));
        for (int i = count - RecentKeys<int>.Generation; i < count; i++)
            Assert.True(keys.TryGet($"{i}", out int value) && value == i);
    }

    private static ImageSet Open(TarBuilder tar)
    {
        using TemporaryFolder folder = new(); // the open shard is read on
        return ImageSet.Open([folder.Write("s.tar", tar.Build())]);
    }

    private static void AssertRefused(byte[] tar, params string[] words)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("s.tar", tar);
        ImageSetException thrown = Assert.Throws<ImageSetException>(() => ImageSet.Open([path]));
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
        foreach (string word in words)
            Assert.Contains(word, thrown.Message, StringComparison.Ordinal);
    }
}
