namespace SpotArtifacts.Images.Tests.Sources;

public sealed class TarIndexTests : IDisposable
{
    private static readonly byte[] s_png = PngFile.Encode(TestImages.Pattern(4, 4));
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("22.05.png", "22.07.png")]
    [InlineData("Screenshot 2024-01-01 at 1.02.03 PM.png", "Screenshot 2024-01-01 at 1.04.05 PM.png")]
    [InlineData("IMG_0001.edited.jpg", "IMG_0001.edited.2.jpg")]
    [InlineData("s000.input.jpg", "s001.input.jpg")]
    [InlineData("a..png", "b...JPEG")]
    [InlineData("./v1.2/a.b.png", "./v1.2/a.c.png")]
    [InlineData("000.jpg", "000.png")] // two formats of one key
    public void Open_NamesWithDots_AreImages(string one, string two)
    {
        using ImageSet set = Open(new TarBuilder().Add("x.png", s_png).Add(one, s_png).Add(two, s_png).Add("y.png", s_png));
        Assert.Equal(["x.png", one, two, "y.png"], Names(set));
    }

    [Fact]
    public void Open_LongNameWithDots_IsAnImage()
    {
        string name = $"{new string('d', 120)}/22.05.png";
        using ImageSet set = Open(new TarBuilder().AddPax("path", name).Add("short", s_png));
        Assert.Equal([name], Names(set));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_FieldBesideTheImageOfItsSample_IsLeftOutAndNamed(bool first)
    {
        TarBuilder tar = new();
        if (first)
            tar.Add("a.seg.png", s_png);
        tar.Add("a.jpg", s_png).Add("a.cls", "3");
        if (!first)
            tar.Add("a.seg.png", s_png);
        using ImageSet set = Open(tar.Add("b.png", s_png).Add("b.cls", "4"));
        Assert.Equal(["a.jpg", "b.png"], Names(set));
        Assert.Equal((3, 4), (set.Label(0), set.Label(1)));
        Assert.Contains(set.Descriptions, line => line.Contains("1 member ignored: 1 of another field", StringComparison.Ordinal)
            && line.Contains("a.seg.png", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a.jpg_large")]
    [InlineData("a.heic")]
    public void Open_ImageByItsContentAlone_IsRead(string name)
    {
        using ImageSet set = Open(new TarBuilder().Add(name, s_png).Add("b.npy", "numbers"));
        Assert.Equal([name], Names(set));
        Assert.Contains(set.Descriptions, line => line.Contains("1 member ignored: 1 .npy (b.npy)", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_HardAndSymbolicLinks_GiveTheirTargets()
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("d/a.png", s_png).Add("d/a.cls", "1")
            .Add("b.png", [], '1', link: "d/a.png").Add("d/c.png", [], '2', link: "a.png").Add("d/c.cls", "2")
            .Add("e.png", [], '2', link: "./d/../d/c.png").Add("f.png", [], '2', link: "g.png").Add("g.png", s_png));
        Assert.Equal(["d/a.png", "b.png", "d/c.png", "e.png", "f.png", "g.png"], Names(set));
        for (int i = 0; i < set.Count; i++)
            Assert.Equal(s_png, set.ReadEncoded(i));
        Assert.Equal([1, -1, 2, -1, -1, -1], Enumerable.Range(0, 6).Select(set.Label));
    }

    [Fact]
    public void Open_LinkWithALongTarget_IsFollowed()
    {
        string name = $"{new string('d', 120)}/a.png";
        using ImageSet set = Open(new TarBuilder().AddPax("path", name).Add("short", s_png)
            .AddPax("linkpath", name).Add("b.png", [], '1')
            .Add("././@LongLink", System.Text.Encoding.ASCII.GetBytes(name + "\0"), 'K').Add("c.png", [], '1'));
        Assert.Equal([name, "b.png", "c.png"], Names(set));
    }

    [Theory]
    [InlineData('1', "gone.png")]
    [InlineData('2', "../outside.png")]
    [InlineData('2', "/etc/passwd")]
    [InlineData('2', "l.png")] // to itself
    public void Open_LinkThatLeadsNowhere_IsNamed(char type, string target)
    {
        using ImageSet set = Open(new TarBuilder().Add("a.png", s_png).Add("l.png", [], type, link: target));
        Assert.Equal(1, set.Count);
        Assert.Contains(
            set.Descriptions, line => line.Contains("leads to no file in the archive (l.png)", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_SparseMembers_AreNamed()
    {
        using ImageSet set = Open(new TarBuilder().Add("a.png", s_png).Add("s.png", s_png, 'S')
            .AddPax("GNU.sparse.name", "t.png").Add("GNUSparseFile.0/t.png", s_png).Add("b.png", s_png));
        Assert.Equal(["a.png", "b.png"], Names(set));
        Assert.Contains(set.Descriptions, line => line.Contains("2 sparse file", StringComparison.Ordinal)
            && line.Contains("s.png", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cat", "dog")]
    [InlineData("3", "dog")]
    [InlineData(" Maine Coon\n", "7e")]
    public void Open_LabelsThatAreText_AreNamesOfClasses(string one, string two)
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("a.png", s_png).Add("a.cls", one).Add("b.cls", two).Add("b.jpg", s_png).Add("b.png", s_png));
        Assert.Equal([one.Trim(), two, two], Enumerable.Range(0, 3).Select(index => set.ClassNames![set.Label(index)]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("\u0001\u0002")]
    public void Open_LabelThatSaysNothing_BlocksNothing(string label)
    {
        using ImageSet set = Open(new TarBuilder().Add("a.png", s_png).Add("a.cls", label));
        Assert.Equal((1, 0), (set.Count, set.LabelledCount));
        Assert.Equal(label.StartsWith('\u0001'), set.Descriptions.Any(
            line => line.Contains("label that is no text (a.cls)", StringComparison.Ordinal)));
    }

    [Fact]
    public void Open_OwnRecord_GivesTheClassByName()
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("0.png", s_png).Add("0.cls", "0").Add("0.json", "{\"source\": \"x\", \"class_name\": \"dog\"}")
            .Add("1.png", s_png).Add("1.json", "{\"class_name\": \"cat\"}").Add("1.cls", "1"));
        Assert.Equal(["cat", "dog"], set.ClassNames!);
        Assert.Equal((1, 0), (set.Label(0), set.Label(1)));
    }

    [Fact]
    public void Open_LabelsOfDottedNames_GoByTheirOwnNameFirst()
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("22.05.png", s_png).Add("22.05.cls", "5").Add("22.07.cls", "7").Add("22.07.png", s_png)
            .Add("22.09.png", s_png).Add("22.cls", "9"));
        Assert.Equal([5, 7, 9], Enumerable.Range(0, 3).Select(set.Label));
    }

    [Fact]
    public void Open_TheSameNameOnceMore_IsAnotherSample()
    {
        using ImageSet set = Open(new TarBuilder()
            .Add("a.png", s_png).Add("a.cls", "1").Add("a.png", s_png).Add("a.cls", "2"));
        Assert.Equal([1, 2], Enumerable.Range(0, set.Count).Select(set.Label));
    }

    [Fact]
    public void Open_ExcludedMembers_AreLeftOut()
    {
        string path = _folder.Write("s.tar", new TarBuilder().Add("d/a.png", s_png).Add("d/a_mask.png", s_png)
            .Add("raw/b.png", s_png).Build());
        using ImageSet set = ImageSet.Open([path], new ImageSetOptions { Exclude = ["*_mask.png", "raw"] });
        Assert.Equal(["d/a.png"], Names(set));
    }

    public void Dispose() => _folder.Dispose();

    private ImageSet Open(TarBuilder tar) => ImageSet.Open([_folder.Write("s.tar", tar.Build())]);

    private static IEnumerable<string> Names(ImageSet set) =>
        Enumerable.Range(0, set.Count).Select(index => set.Name(index)["s.tar:".Length..]);
}
