using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Tests;

public sealed class LabelledImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_ClassFolders_LabelsInOrderOfNames()
    {
        using LabelledImages images = Open("set", "cat", "ant", "bee");

        Assert.Equal(["ant", "bee", "cat"], images.ClassNames);
        Assert.Equal([0, 1, 2], images.Labels());
        Assert.Equal(3, images.ClassCount);
    }

    [Fact]
    public void Open_ImagesWithoutLabels_SaysHowManyAndWhatIsNeeded()
    {
        _folder.WriteImage("set/1.png");

        string message = Assert.Throws<SpotException>(() => LabelledImages.Open([_folder.At("set")],
            stop: TestContext.Current.CancellationToken)).Message;

        Assert.Contains(_folder.At("set"), message, StringComparison.Ordinal);
        Assert.Contains("0 of 1 images have a label", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFolder_NamesIt() =>
        Assert.Contains(_folder.At("absent"),
            Assert.Throws<ImageSetException>(() => LabelledImages.Open([_folder.At("absent")],
                stop: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void OpenPair_ClassWithoutTestImage_LabelsByNameAndSaysSo()
    {
        Write("train", "a", "b", "c");
        Write("test", "b", "c");
        LogLines log = [];

        (LabelledImages train, LabelledImages test) = LabelledImages.OpenPair([_folder.At("train")], [_folder.At("test")],
            logger: log, stop: TestContext.Current.CancellationToken);

        using (train)
        using (test)
        {
            Assert.Equal([0, 1, 2], train.Labels());
            Assert.Equal([1, 2], test.Labels());
            Assert.Equal(3, test.ClassCount);
        }
        Assert.Equal(["1 of 3 classes have no test image: a"], log);
    }

    [Fact]
    public void OpenPair_ClassThatWasNotTrained_ListsBoth() =>
        Refuses(["a", "b"], ["a", "c"], "training has a, b; test has a, c; no training image is of c");

    [Fact]
    public void OpenPair_OneClass_IsRefused() => Refuses(["a", "a"], ["a"], "all 2 training images are of one class, a");

    [Fact]
    public void OpenPair_DamagedImages_AreLeftOutCountedAndNamed()
    {
        Write("train", "a", "b", "a", "b");
        Write("test", "a", "b");
        string damaged = _folder.Write("train/a/bad.png", [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]);
        LogLines log = [];

        (LabelledImages train, LabelledImages test) = LabelledImages.OpenPair([_folder.At("train")], [_folder.At("test")],
            logger: log, stop: TestContext.Current.CancellationToken);

        using (train)
        using (test)
            Assert.Equal((4, 2), (train.Count, test.Count));
        Assert.StartsWith($"left out: {damaged}: ", log[0], StringComparison.Ordinal);
        Assert.Equal("1 of 5 images are damaged and left out", log[1]);
    }

    [Fact]
    public void OpenPair_QuarantineListOfOneSide_LeavesOutThereAndMayMissTheOther()
    {
        Write("train", "a", "b", "a");
        Write("test", "a", "b");
        ImageSetOptions reading = new() { QuarantineList = _folder.At("left.txt") };
        File.WriteAllText(_folder.At("left.txt"), _folder.At("train/a/2.png\n"));

        (LabelledImages train, LabelledImages test) =
            LabelledImages.OpenPair([_folder.At("train")], [_folder.At("test")], reading,
                stop: TestContext.Current.CancellationToken);

        using (train)
        using (test)
            Assert.Equal((2, 2), (train.Count, test.Count));
        File.WriteAllText(_folder.At("left.txt"), _folder.At("elsewhere/2.png"));
        Assert.Contains("none of its 1 entries", Assert.Throws<ImageSetException>(
            () => LabelledImages.OpenPair([_folder.At("train")], [_folder.At("test")], reading,
                stop: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_StrayImageBesideClassFolders_NamesIt()
    {
        Write("set", "a", "b");
        string stray = _folder.WriteImage("set/cover.png");

        string message = Assert.Throws<SpotException>(() => LabelledImages.Open([_folder.At("set")],
            stop: TestContext.Current.CancellationToken)).Message;

        Assert.Contains($"{stray} in no class folder, 2 images in some", message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Refuses(string[] train, string[] test, string expected)
    {
        Write("train", train);
        Write("test", test);

        string message = Assert.Throws<SpotException>(
            () => LabelledImages.OpenPair([_folder.At("train")], [_folder.At("test")])).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private void Write(string set, params string[] classes)
    {
        for (int i = 0; i < classes.Length; i++)
            _folder.WriteImage($"{set}/{classes[i]}/{i}.png", i);
    }

    private LabelledImages Open(string set, params string[] classes)
    {
        Write(set, classes);
        return LabelledImages.Open([_folder.At(set)]);
    }
}
