namespace SpotArtifacts.Images.Tests;

public sealed class ClassLabelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Of_NamesAndNumbersInOneSet_HaveNoMeaningAndSayWhy()
    {
        _folder.WriteImage("named/cat/1.png");
        using ImageSet set = ImageSet.Open([_folder.At("named"), Shard("s.tar", "0")]);

        Assert.Equal((2, 0), (set.Count, set.LabelledCount));
        Assert.Equal(
            $"the labels cannot be compared: {_folder.At("named")} has names (cat); {_folder.At("s.tar")} has numbers",
            set.WhyUnlabelled);
    }

    [Fact]
    public void Of_FoldersNamedByNumbersWithNumbers_AreOneNumbering()
    {
        _folder.WriteImage("named/7/1.png");
        using ImageSet set = ImageSet.Open([_folder.At("named"), Shard("s.tar", "7")]);

        Assert.Equal((7, 7, 1), (set.Label(0), set.Label(1), set.ClassCount));
    }

    [Fact]
    public void Of_TwoPublishedNumberings_AreNotMixed()
    {
        string ten = _folder.Write("ten.bin", new byte[3_073]), hundred = _folder.Write("hundred.bin", new byte[3_074]);
        using ImageSet set = ImageSet.Open([ten, hundred]);

        Assert.Equal(0, set.LabelledCount);
        Assert.Contains("numbers of CIFAR-100", set.WhyUnlabelled, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Shard(string name, string label) => _folder.Write(
        name, new TarBuilder().Add("a.png", PngFile.Encode(TestImages.Pattern(4, 4))).Add("a.cls", label).Build());
}
