using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images.Tests;

public class ImageSetTests
{
    [Fact]
    public void Open_FlatFolder_IsUnlabelledAndOrdinal()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "b.png", "B.PNG", "a.JPeG", "10.jpg", "9.jpg", ".hidden.png" })
            folder.WriteImage(name);
        folder.Write("notes.txt", "words"u8.ToArray());
        using ImageSet set = ImageSet.Open([folder.Path]);
        Assert.Equal(["10.jpg", "9.jpg", "B.PNG", "a.JPeG", "b.png"], Names(set, folder));
        Assert.False(set.HasLabels);
        Assert.Null(set.ClassNames);
        Assert.Equal(-1, set.Label(0));
        Assert.Equal(4, set.Load(0).Width); // by its bytes, although its name says JPEG
    }

    [Fact]
    public void Open_ClassFolders_GiveLabels()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "dog/1.png", "cat/deep/er/1.png", "cat/0.png", ".git/x.png" })
            folder.WriteImage(name);
        using ImageSet set = ImageSet.Open([folder.Path]);
        Assert.Equal(["cat/0.png", "cat/deep/er/1.png", "dog/1.png"], Names(set, folder));
        Assert.Equal(["cat", "dog"], set.ClassNames!);
        Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(set.Label));
        Assert.True(set.HasLabels);
    }

    [Fact]
    public void Open_OneImageOutsideTheClassFolders_IsUnlabelled()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "cat/0.png", "dog/1.png", "stray.png" })
            folder.WriteImage(name);
        using ImageSet set = ImageSet.Open([folder.Path]);
        Assert.Equal(["stray.png", "cat/0.png", "dog/1.png"], Names(set, folder));
        Assert.Equal((false, 0, 0), (set.HasLabels, set.ClassCount, set.LabelledCount));
    }

    [Fact]
    public void Open_EmptySubFolder_IsNoClass()
    {
        using TemporaryFolder folder = new();
        folder.WriteImage("cat/0.png");
        Directory.CreateDirectory(folder.At("empty"));
        using ImageSet set = ImageSet.Open([folder.Path]);
        Assert.Equal(["cat"], set.ClassNames!);
    }

    [Fact]
    public void Open_RunFolderInside_IsExcluded()
    {
        using TemporaryFolder folder = new();
        folder.WriteImage("cat/0.png");
        folder.WriteImage("run/samples/1.png");
        folder.Write("run/recipe.resolved.yaml", []);
        using ImageSet set = ImageSet.Open([folder.Path]);
        Assert.Equal(["cat/0.png"], Names(set, folder));
    }

    [Fact]
    public void Open_LinkedFolder_IsFollowedOnce()
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder other = new();
        other.WriteImage("1.png");
        folder.WriteImage("a/0.png");
        Directory.CreateSymbolicLink(folder.At("linked"), other.Path);
        Directory.CreateSymbolicLink(folder.At("linked-again"), other.Path);
        Directory.CreateSymbolicLink(folder.At("a/loop"), folder.Path);
        using ImageSet set = ImageSet.Open([folder.Path]);
        Assert.Equal(["a/0.png", "linked/1.png"], Names(set, folder));
    }

    [Fact]
    public void Open_SeveralPaths_KeepsTheirOrderAndJoinsClasses()
    {
        using TemporaryFolder folder = new();
        folder.WriteImage("one/dog/1.png");
        folder.WriteImage("two/cat/1.png");
        using ImageSet set = ImageSet.Open([folder.At("one"), folder.At("two")]);
        Assert.Equal(["one/dog/1.png", "two/cat/1.png"], Names(set, folder));
        Assert.Equal(["cat", "dog"], set.ClassNames!);
        Assert.Equal((1, 0), (set.Label(0), set.Label(1)));
    }

    [Fact]
    public void Open_FolderNamesAndShardNumbersMixed_IsUnlabelled()
    {
        using TemporaryFolder folder = new();
        folder.WriteImage("images/dog/1.png");
        string shard =
            folder.Write(
                "s.tar", new TarBuilder().Add("a.png", PngFile.Encode(TestImages.Pattern(2, 2))).Add("a.cls", "0").Build());
        using ImageSet set = ImageSet.Open([folder.At("images"), shard]);
        Assert.Equal((2, 0), (set.Count, set.LabelledCount));
        Assert.Equal(2, set.Load(1).Width);
    }

    [Fact]
    public void Open_SingleFile_IsASetOfOne()
    {
        using TemporaryFolder folder = new();
        using ImageSet set = ImageSet.Open([folder.WriteImage("a.png")]);
        Assert.Equal(1, set.Count);
    }

    [Theory]
    [InlineData("missing", "no such file or folder")]
    [InlineData("empty", "hold no image")]
    [InlineData("shards", "truncated")]
    [InlineData("run", "output folder of a run")]
    [InlineData("notes.txt", "neither an image")]
    public void Open_UnusablePath_NamesItAndTheRemedy(string name, string expected)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.At("empty"));
        folder.Write("shards/a.tar", []);
        folder.Write("run/recipe.resolved.yaml", []);
        folder.Write("notes.txt", []);
        ImageSetException thrown = Assert.Throws<ImageSetException>(() => ImageSet.Open([folder.At(name)]));
        Assert.Contains(folder.At(name), thrown.Message, StringComparison.Ordinal);
        Assert.Contains(expected, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoPaths_Throws() => Assert.Throws<ImageSetException>(() => ImageSet.Open([]));

    [Fact]
    public void Load_FileGoneAfterOpening_Throws()
    {
        using TemporaryFolder folder = new();
        using ImageSet set = ImageSet.Open([folder.WriteImage("a.png")]);
        File.Delete(folder.At("a.png"));
        Assert.Throws<ImageFormatException>(() => set.Load(0));
    }

    [Fact]
    public void NameTable_ManyNames_ComeBack()
    {
        NameTable table = new();
        for (int i = 0; i < 200_000; i++)
            table.Add($"ünïcode/{i}/name.png");
        for (int i = 0; i < 200_000; i++)
            Assert.Equal($"ünïcode/{i}/name.png", table[i]);
    }

    private static IEnumerable<string> Names(ImageSet set, TemporaryFolder folder) =>
        Enumerable.Range(0, set.Count).Select(i => Path.GetRelativePath(folder.Path, set.Name(i)));
}
