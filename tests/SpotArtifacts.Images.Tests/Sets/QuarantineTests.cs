namespace SpotArtifacts.Images.Tests;

public sealed class QuarantineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("photos")]
    [InlineData("./photos/")]
    [InlineData("other/../photos")]
    [InlineData("linked")]
    public void Open_FolderNamedInAnotherWay_LeavesTheSameImagesOut(string named)
    {
        string list = ListOfFirst(Relative("photos"));
        Directory.CreateDirectory(_folder.At("other"));
        Directory.CreateSymbolicLink(_folder.At("linked"), "photos");

        foreach (string path in (string[])[_folder.At(named), Relative(named)])
        {
            using ImageSet set = Open(list, path);
            Assert.Equal((2, 1), (set.Count, set.ExcludedCount));
            Assert.EndsWith("1.png", set.Name(0), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("photos/0.png", "")] // from the list's folder
    [InlineData("0.png", "photos/")]
    public void Open_EntryWrittenByHand_IsLookedForFromTheList(string entry, string folder)
    {
        WritePhotos();
        string list = _folder.Write($"{folder}list.txt", System.Text.Encoding.UTF8.GetBytes($"# mine\n\n{entry}\n"));
        using ImageSet set = Open(list, _folder.At("photos"));
        Assert.Equal(1, set.ExcludedCount);
    }

    [Fact]
    public void Open_TwoShardsOfOneName_ShareNoEntries()
    {
        byte[] shard = new TarBuilder().Add("x.png", PngFile.Encode(TestImages.Pattern(4, 4)))
            .Add("y.png", PngFile.Encode(TestImages.Pattern(4, 4, 1))).Build();
        (string a, string b) = (_folder.Write("a/000.tar", shard), _folder.Write("b/000.tar", shard));
        using ImageSet all = ImageSet.Open([a, b]);
        string list = _folder.At("q.txt");
        Quarantine.Write(list, [new SkippedImage(all.Place(0), "damaged")]);

        using ImageSet set = Open(list, a, b);

        Assert.Equal([1, 2], set.SourceCounts);
    }

    [Fact]
    public void Open_BinaryAndPackedPixels_AreFoundByPlace()
    {
        _folder.Write("data.bin", new byte[3 * 3073]);
        ImageSetOptions cifar = new() { Format = ImageSourceFormat.Cifar10 };
        using ImageSet all = ImageSet.Open([_folder.At("data.bin")], cifar);
        string list = _folder.At("q.txt");
        Quarantine.Write(list, [new SkippedImage(all.Place(1), "")]);
        using ImageSet set = ImageSet.Open([Relative("data.bin")], cifar with { QuarantineList = list });
        Assert.Equal(["data.bin:0", "data.bin:2"], Enumerable.Range(0, set.Count).Select(set.Name));
    }

    [Fact]
    public void Open_ListOfOtherImages_Throws()
    {
        WritePhotos();
        string list = _folder.At("q.txt");
        Quarantine.Write(list, [new SkippedImage("/elsewhere/0.png", "")]);
        string message = Assert.Throws<ImageSetException>(() => Open(list, _folder.At("photos"))).Message;
        Assert.Contains(list, message, StringComparison.Ordinal);
        Assert.Contains("/elsewhere/0.png", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyList_LeavesNothingOut()
    {
        WritePhotos();
        using ImageSet set = Open(_folder.Write("q.txt", []), _folder.At("photos"));
        Assert.Equal((3, 0), (set.Count, set.ExcludedCount));
    }

    [Fact]
    public void Descriptions_SomeEntriesOfOtherImages_SaysHowMany()
    {
        WritePhotos();
        string list = _folder.At("q.txt");
        Quarantine.Write(list, [new SkippedImage(_folder.At("photos/2.png"), ""), new SkippedImage("/elsewhere/0.png", "")]);
        using ImageSet set = Open(list, _folder.At("photos"));
        Assert.Equal(
            $"{list}: 1 images left out; 1 of its 2 entries name no image here, as /elsewhere/0.png", set.Descriptions[^1]);
    }

    [Fact]
    public void RequireQuarantineUsed_ListOfOneOfTwoSets_IsEnough()
    {
        string list = ListOfFirst(_folder.At("photos"));
        _folder.WriteImage("more/9.png");
        ImageSetOptions either = new() { QuarantineList = list, QuarantineMayMiss = true };
        using ImageSet photos = ImageSet.Open([_folder.At("photos")], either), more = ImageSet.Open([_folder.At("more")], either);

        ImageSet.RequireQuarantineUsed(more, photos);

        Assert.Throws<ImageSetException>(() => ImageSet.RequireQuarantineUsed(more, more));
    }

    [Fact]
    public void Append_ListThatIsThere_KeepsItsLinesAndListsNothingTwice()
    {
        string list = _folder.Write("q.txt", "# remark\n/a.png\told\n"u8.ToArray());
        Quarantine.Append(list, [new SkippedImage("/a.png", "new"), new SkippedImage("/b.png", "copy")]);
        Assert.Equal(["# remark", "/a.png\told", "/b.png\tcopy"], File.ReadAllLines(list));
    }

    public void Dispose() => _folder.Dispose();

    private static ImageSet Open(string list, params string[] paths) =>
        ImageSet.Open(paths, new ImageSetOptions { QuarantineList = list });

    private string Relative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, _folder.At(path));

    private void WritePhotos()
    {
        for (int i = 0; i < 3; i++)
            _folder.WriteImage($"photos/{i}.png", i);
    }

    private string ListOfFirst(string path)
    {
        WritePhotos();
        using ImageSet all = ImageSet.Open([path]);
        Quarantine.Write(_folder.At("q.txt"), [new SkippedImage(all.Place(0), "damaged")]);
        return _folder.At("q.txt");
    }
}
