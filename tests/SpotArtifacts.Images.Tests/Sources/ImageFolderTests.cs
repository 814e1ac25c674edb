namespace SpotArtifacts.Images.Tests.Sources;

public sealed class ImageFolderTests : IDisposable
{
    private static readonly byte[] s_png = PngFile.Encode(TestImages.Pattern(4, 4));
    private static readonly byte[] s_heic = [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[40]];
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("a.jpe")]
    [InlineData("a.JFIF")]
    [InlineData("a.HEIC")]
    [InlineData("a.jpg_large")]
    [InlineData("a.1")]
    [InlineData("a")]
    [InlineData("a.txt")]
    public void List_ImageUnderAnotherName_IsRead(string name)
    {
        _folder.Write(name, TestImages.File("jpeg-420.jpg"));
        using ImageSet set = Open();
        Assert.Equal(_folder.At(name), set.Name(0));
        Assert.Equal(ImageDecoder.Decode(TestImages.File("jpeg-420.jpg"), "").Pixels, set.Load(0).Pixels);
    }

    [Fact]
    public void Descriptions_FilesThatAreNotRead_AreCountedByKind()
    {
        _folder.Write("a.png", s_png);
        foreach (string name in (string[])["1.HEIC", "2.heic", "sub/3.bin", "4"])
            _folder.Write(name, s_heic);
        foreach (string name in (string[])["b.txt", "c.TXT", "empty", ".hidden.png", "d"])
            _folder.Write(name, name == "empty" ? [] : "words"u8.ToArray());
        _folder.Write("raw.NEF", [.. "II*\0"u8, 8, 0, 0, 0, .. new byte[60]]);
        _folder.Write("clip.mp4", [0, 0, 0, 24, .. "ftypmp42"u8, .. new byte[40]]);
        _folder.Write("new.jxl", [0xff, 0x0a, .. new byte[40]]);

        using ImageSet set = Open();

        Assert.Equal(1, set.Count);
        string line = Assert.Single(set.Descriptions, text => text.Contains("ignored", StringComparison.Ordinal));
        Assert.StartsWith($"{_folder.Path}: 12 files ignored: 4 HEIC, 2 .txt, ", line, StringComparison.Ordinal);
        foreach (string kind in (string[])["1 camera raw", "1 MP4 or QuickTime", "1 JPEG XL", "1 empty", "1 hidden",
            "1 without an extension", "heif-convert"])
            Assert.Contains(kind, line, StringComparison.Ordinal);
        Assert.Equal(4, set.Ignored["HEIC"]);
    }

    [Fact]
    public void Open_NothingButHeic_SaysWhatItIsAndWhatConvertsIt()
    {
        _folder.Write("f/1.heic", s_heic);
        foreach (string path in (string[])["f", "f/1.heic"])
        {
            string message = Assert.Throws<ImageSetException>(() => ImageSet.Open([_folder.At(path)])).Message;
            Assert.Contains("HEIC", message, StringComparison.Ordinal);
            Assert.Contains("heif-convert", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_HeicUnderTheNameOfAJpeg_SaysWhatItIs()
    {
        _folder.Write("1.jpg", s_heic);
        using ImageSet set = Open();
        Assert.Contains("HEIC", Assert.Throws<ImageFormatException>(() => set.Load(0)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@eaDir")]
    [InlineData("#recycle")]
    [InlineData("$RECYCLE.BIN")]
    [InlineData("__MACOSX")]
    [InlineData(".thumbnails")]
    public void List_FoldersThatHoldNoData_AreLeftOutAndCounted(string name)
    {
        _folder.Write("class/a.png", s_png);
        _folder.Write($"class/{name}/b.png", s_png);
        _folder.Write($"{name}/c.png", s_png);
        using ImageSet set = Open();
        Assert.Equal((1, 1), (set.Count, set.ClassNames!.Count));
        Assert.Contains($"{_folder.Path}: 2 folders left out: 2 {name}", set.Descriptions);
    }

    [Theory]
    [InlineData("*_mask.png", "a/x.png", "b/x.png")]
    [InlineData("b", "a/x.png", "a/x_mask.png")]
    [InlineData("b/", "a/x.png", "a/x_mask.png")]
    [InlineData("b/*", "a/x.png", "a/x_mask.png")]
    [InlineData("a/x.png", "a/x_mask.png", "b/x.png")]
    [InlineData("**/b/**", "a/x.png", "a/x_mask.png")]
    [InlineData("x_mask.???", "a/x.png", "b/x.png")]
    public void List_Excluded_IsLeftOut(string glob, params string[] left)
    {
        foreach (string name in (string[])["a/x.png", "a/x_mask.png", "b/x.png"])
            _folder.Write(name, s_png);
        using ImageSet set = ImageSet.Open([_folder.Path], new ImageSetOptions { Exclude = [glob] });
        Assert.Equal(left, Names(set));
        Assert.Contains(set.Descriptions, line => line.Contains($"1 by --exclude {glob}", StringComparison.Ordinal));
    }

    [Fact]
    public void Descriptions_PatternThatMatchesNothing_IsNamed()
    {
        _folder.Write("a.png", s_png);
        using ImageSet set = ImageSet.Open([_folder.Path], new ImageSetOptions { Exclude = ["*.jpeg"] });
        Assert.Contains("--exclude *.jpeg: nothing has such a name", set.Descriptions);
    }

    [Fact]
    public void List_PipeWithAnImagesName_IsNotOpened()
    {
        _folder.Write("a.png", s_png);
        UnixFiles.MakePipe(_folder.At("b.jpg"));
        UnixFiles.MakePipe(_folder.At("c"));
        using ImageSet set = Open();
        Assert.Equal(["a.png"], Names(set));
        Assert.Contains(set.Descriptions, line => line.Contains("2 pipe (FIFO) (b.jpg, ...)", StringComparison.Ordinal));
        Assert.Contains(
            "no regular file",
            Assert.Throws<ImageSetException>(() => ImageSet.Open([_folder.At("b.jpg")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void List_NameThatIsNoUtf8_IsLeftOutAndNamed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems allow no such names");
        _folder.Write("ok/a.png", s_png);
        UnixFiles.Shell($"cd '{_folder.Path}' && d=$(printf 'caf\\351') && mkdir \"$d\" && "
            + "cp ok/a.png \"$d/b.png\" && cp ok/a.png \"ok/$d.png\"");
        using ImageSet set = Open();
        Assert.Equal(["ok/a.png"], Names(set));
        string line = Assert.Single(set.Descriptions, text => text.Contains("cannot be read", StringComparison.Ordinal));
        Assert.Contains("2 entries", line, StringComparison.Ordinal);
        Assert.Contains("not UTF-8", line, StringComparison.Ordinal);
        UnixFiles.Shell($"rm -r '{_folder.Path}'/*");
    }

    [Fact]
    public void List_PathBeyondTheSystemsLimit_IsLeftOutAndNamed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit is Linux's");
        _folder.Write("ok/a.png", s_png);
        // Each half is short enough to be made; only together they are not.
        string half = string.Join('/', Enumerable.Repeat(new string('d', 230), 9)), other = _folder.At("other");
        Directory.CreateDirectory(_folder.At(half));
        Directory.CreateDirectory($"{other}/{half}");
        Directory.Move(other, _folder.At($"{half}/x"));
        try
        {
            using ImageSet set = Open();
            Assert.Equal(["ok/a.png"], Names(set));
            Assert.Contains(set.Descriptions, line => line.Contains("more than the system allows", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Move(_folder.At($"{half}/x"), other);
        }
    }

    [Fact]
    public void List_UnreadableFolder_IsLeftOutAndNamed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "nothing is unreadable for root");
        _folder.Write("ok/a.png", s_png);
        _folder.Write("lost+found/b.png", s_png);
        UnixFiles.Shell($"chmod 0 '{_folder.At("lost+found")}'");
        try
        {
            using ImageSet set = Open();
            Assert.Equal(["ok/a.png"], Names(set));
            Assert.Contains(set.Descriptions, line => line.Contains("no permission", StringComparison.Ordinal));
        }
        finally
        {
            UnixFiles.Shell($"chmod 755 '{_folder.At("lost+found")}'");
        }
    }

    [Fact]
    public void List_Links_GiveTheirTargets()
    {
        _folder.Write("data/a.png", s_png);
        File.CreateSymbolicLink(_folder.At("data/b.png"), "a.png");
        File.CreateSymbolicLink(_folder.At("data/c.png"), "b.png");
        using ImageSet set = Open();
        for (int i = 0; i < 3; i++)
            Assert.Equal(TestImages.Pattern(4, 4).Pixels, set.Load(i).Pixels);
        Assert.Equal(s_png, set.ReadEncoded(2));
    }

    [Fact]
    public void List_DanglingLink_IsADamagedImage()
    {
        _folder.Write("data/a.png", s_png);
        File.CreateSymbolicLink(_folder.At("data/b.png"), "gone.png");
        using ImageSet set = Open();
        Assert.Throws<ImageFormatException>(() => set.Load(1));
    }

    [Fact]
    public void Open_FolderOfShards_CountsWhatLiesBesideThem()
    {
        _folder.Write("s.tar", new TarBuilder().Add("a.png", s_png).Build());
        _folder.Write("t.tar.zst", new byte[9]);
        _folder.Write("sub/u.tar", new TarBuilder().Add("a.png", s_png).Build());
        using ImageSet set = Open();
        Assert.Equal(1, set.Count);
        Assert.Contains($"{_folder.Path}: 2 files ignored: 1 .tar, 1 .zst", set.Descriptions);
    }

    [Fact]
    public void Open_Cancelled_StopsListing()
    {
        _folder.Write("a.png", s_png);
        _folder.Write("s/s.tar", new TarBuilder().Add("a.png", s_png).Build());
        using CancellationTokenSource stop = new();
        stop.Cancel();
        foreach (string path in (string[])[_folder.Path, _folder.At("s/s.tar")])
            Assert.ThrowsAny<OperationCanceledException>(
                () => ImageSet.Open([path], new ImageSetOptions { Cancellation = stop.Token }));
    }

    public void Dispose() => _folder.Dispose();

    private ImageSet Open() => ImageSet.Open([_folder.Path]);

    private IEnumerable<string> Names(ImageSet set) =>
        Enumerable.Range(0, set.Count).Select(i => Path.GetRelativePath(_folder.Path, set.Name(i)));
}
