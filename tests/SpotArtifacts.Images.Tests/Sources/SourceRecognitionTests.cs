using System.IO.Compression;
using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images.Tests.Sources;

public sealed class SourceRecognitionTests : IDisposable
{
    private static readonly byte[] s_png = PngFile.Encode(TestImages.Pattern(4, 4));
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_FolderOfShards_TakesThemInOrdinalOrder()
    {
        _folder.Write("b.tar", new TarBuilder().Add("2.png", s_png).Build());
        _folder.Write("a.tar", new TarBuilder().Add("1.png", s_png).Build());
        using ImageSet set = ImageSet.Open([_folder.Path]);
        Assert.Equal(["a.tar:1.png", "b.tar:2.png"], Names(set));
    }

    [Fact]
    public void Open_FolderOfImagesAndShards_NamesTheFlag()
    {
        _folder.WriteImage("a.png");
        _folder.Write("a.tar", new TarBuilder().Add("1.png", s_png).Build());
        Assert.Contains("--images-format folder or --images-format tar", Refusal(_folder.Path), StringComparison.Ordinal);
        using ImageSet images = ImageSet.Open([_folder.Path], new ImageSetOptions { Format = ImageSourceFormat.Folder });
        Assert.Equal([_folder.At("a.png")], Names(images));
        using ImageSet shards = ImageSet.Open([_folder.Path], new ImageSetOptions { Format = ImageSourceFormat.Tar });
        Assert.Equal(["a.tar:1.png"], Names(shards));
    }

    [Fact]
    public void Open_ShardWithoutItsExtension_IsKnownByItsContent()
    {
        using ImageSet set = ImageSet.Open([_folder.Write("shard", new TarBuilder().Add("1.png", s_png).Build())]);
        Assert.Equal(["shard:1.png"], Names(set));
    }

    [Theory]
    [InlineData("s.tar.gz")]
    [InlineData("s.tgz")]
    [InlineData("s")]
    public void Open_GzippedShard_GivesItsImages(string name)
    {
        byte[] packed = Gzip(new TarBuilder().Add("1.png", s_png).Add("1.cls", "3").Build());
        using ImageSet set = ImageSet.Open([_folder.Write(name, packed)]);
        Assert.Equal([$"{name}:1.png"], Names(set));
        Assert.Equal((4, 3), (set.Load(0).Width, set.Label(0)));
    }

    [Fact]
    public void Open_GzippedShardCutBeforeItsEndMarker_IsRefusedAndNothingIsLeft()
    {
        byte[] packed = Gzip(new TarBuilder().Add("1.png", s_png).Build(endMarker: false));
        string[] before = Directory.GetFiles(Path.GetTempPath(), "spot-*.tar");
        for (int length = 3; length <= packed.Length; length += 7)
            Refusal(_folder.Write("s.tgz", packed[..length]));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "spot-*.tar").Except(before));
    }

    [Fact]
    public void Open_GzipBomb_IsRefused() =>
        Assert.Contains("times its size", Refusal(_folder.Write("s.tgz", Gzip(new byte[16 << 20]))), StringComparison.Ordinal);

    [Fact]
    public void Open_Braces_StandForTheirFiles()
    {
        for (int i = 8; i <= 11; i++)
            _folder.Write($"s-{i:D3}.tar", new TarBuilder().Add($"{i}.png", s_png).Build());
        using ImageSet set = ImageSet.Open([_folder.At("s-{008..011}.tar")]);
        Assert.Equal(["s-008.tar:8.png", "s-009.tar:9.png", "s-010.tar:10.png", "s-011.tar:11.png"], Names(set));
        Assert.Equal(4, set.Descriptions.Count);
    }

    [Theory]
    [InlineData("s-{000..147.tar", "not closed")]
    [InlineData("s-{5..2}.tar", "no range")]
    [InlineData("s-{a..c}.tar", "no range")]
    [InlineData("s-{0..9999999}.tar", "no range")]
    [InlineData("s-{1..2}.tar", "no such file")]
    public void Open_SenselessBraces_SayWhatIsWrong(string pattern, string reason) =>
        Assert.Contains(reason, Refusal(_folder.At(pattern)), StringComparison.Ordinal);

    [Fact]
    public void Expand_SeveralBraces_GiveAllCombinations() => Assert.Equal(
        ["a/x-1", "a/x-2", "b/x-1", "b/x-2"], PathPattern.Expand("{a,b}/x-{1..2}"));

    [Theory]
    [InlineData("a.png\nsub/b.png\n", new[] { -1, -1 }, 0)]
    [InlineData("# two of them\n\na.png\t3\nsub/b.png\t0\n", new[] { 3, 0 }, 2)]
    [InlineData("a.png\tdog\nsub/b.png\tcat\n", new[] { 1, 0 }, 2)]
    [InlineData("a.png\tdog\nsub/b.png\n", new[] { 0, -1 }, 1)]
    public void Open_FileList_GivesItsImagesAndLabels(string text, int[] labels, int classes)
    {
        _folder.WriteImage("a.png");
        _folder.WriteImage("sub/b.png");
        using ImageSet set = ImageSet.Open([_folder.Write("list.txt", System.Text.Encoding.UTF8.GetBytes(text))]);
        Assert.Equal([_folder.At("a.png"), _folder.At("sub/b.png")], Names(set));
        Assert.Equal(labels, Enumerable.Range(0, 2).Select(set.Label));
        Assert.Equal(classes, set.ClassCount);
        Assert.Equal(4, set.Load(1).Width);
    }

    [Theory]
    [InlineData("# nothing\n", "names no image")]
    [InlineData("a.png\n\t3\n", "line 2")]
    public void Open_SenselessFileList_NamesTheLine(string text, string reason) =>
        Assert.Contains(
            reason, Refusal(_folder.Write("list.txt", System.Text.Encoding.UTF8.GetBytes(text))), StringComparison.Ordinal);

    [Theory]
    [InlineData("a.txt", "4", 4)]
    [InlineData("a.txt", "a photograph of 4 dogs", -1)]
    [InlineData("a.json", "5", 5)]
    [InlineData("a.json", "{\"label\": 6}", 6)]
    [InlineData("a.json", "{\"cls\": 7, \"width\": 3}", 7)]
    [InlineData("a.json", "{\"class\": \"dog\"}", -1)]
    [InlineData("a.json", "{\"label\": -1}", -1)]
    [InlineData("a.json", "{\"label\": 1.5}", -1)]
    [InlineData("a.json", "{\"label\": 99999999999}", -1)]
    [InlineData("a.json", "{", -1)]
    [InlineData("a.json", "[[[[", -1)]
    public void Open_ShardWithTextOrJsonBesideAnImage_TakesNumbersForLabels(string name, string content, int expected)
    {
        using ImageSet set =
            ImageSet.Open([_folder.Write("s.tar", new TarBuilder().Add("a.png", s_png).Add(name, content).Build())]);
        Assert.Equal(expected, set.Label(0));
    }

    [Theory]
    [InlineData("/etc/passwd.png")]
    [InlineData("../../up.png")]
    [InlineData("a/../../../up.png")]
    public void Open_ShardWithEntriesThatPointOutside_OnlyNamesThem(string entry)
    {
        using ImageSet set = ImageSet.Open([_folder.Write("s.tar", new TarBuilder().Add(entry, s_png).Build())]);
        Assert.Equal([$"s.tar:{entry}"], Names(set));
        Assert.Equal(4, set.Load(0).Width);
        Assert.Equal([_folder.At("s.tar")], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Open_ShardWithLongNames_GivesThemBack()
    {
        string name = string.Join('/', Enumerable.Repeat("folder", 40)) + "/a.png";
        using ImageSet set =
            ImageSet.Open(
                [_folder.Write("s.tar",
                    new TarBuilder().AddPax("path", name).Add("short.png", s_png).Add("b.png", s_png).Build())]);
        Assert.Equal([$"s.tar:{name}", "s.tar:b.png"], Names(set));
    }

    [Fact]
    public void Open_VocDevkit_TakesItsPictures()
    {
        _folder.WriteImage("VOCdevkit/VOC2007/JPEGImages/000001.png");
        Directory.CreateDirectory(_folder.At("VOCdevkit/VOC2007/ImageSets/Main"));
        using ImageSet set = ImageSet.Open([_folder.At("VOCdevkit")]);
        Assert.Equal([_folder.At("VOCdevkit/VOC2007/JPEGImages/000001.png")], Names(set));
        Assert.False(set.HasLabels);
    }

    [Fact]
    public void Open_VocDevkitOfTwoYears_AsksForOne()
    {
        foreach (string year in new[] { "VOC2007", "VOC2012" })
        {
            _folder.WriteImage($"{year}/JPEGImages/1.png");
            Directory.CreateDirectory(_folder.At($"{year}/ImageSets"));
        }
        Assert.Contains("VOC2007, VOC2012", Refusal(_folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileOfUnknownContent_SaysWhatIsKnown() =>
        Assert.Contains("--images-format", Refusal(_folder.Write("thing", [0, 1, 2, 3, 255])), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private static string[] Names(ImageSet set) => [.. Enumerable.Range(0, set.Count).Select(set.Name)];

    private static string Refusal(string path) => Assert.Throws<ImageSetException>(() => ImageSet.Open([path])).Message;

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
            gzip.Write(content);
        return packed.ToArray();
    }
}
