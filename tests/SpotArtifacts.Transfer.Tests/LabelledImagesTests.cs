using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Tests;

public sealed class LabelledImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_ClassFolders_LabelsInOrderOfNames()
    {
        using LabelledImages images = Open("set", "cat", "ant", "bee");

        Assert.Equal(["ant", "bee", "cat"], images.ClassNames!);
        Assert.Equal([0, 1, 2], images.Labels());
        Assert.Equal(3, images.ClassCount);
    }

    [Fact]
    public void Open_ImagesWithoutLabels_SaysHowManyAndWhatIsNeeded()
    {
        _folder.WriteImage("set/1.png");

        string message = Assert.Throws<SpotException>(() => LabelledImages.Open([_folder.At("set")])).Message;

        Assert.Contains(_folder.At("set"), message, StringComparison.Ordinal);
        Assert.Contains("0 of 1 images have a label", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFolder_NamesIt() =>
        Assert.Contains(_folder.At("absent"),
            Assert.Throws<ImageSetException>(() => LabelledImages.Open([_folder.At("absent")])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void RequireSameClasses_Same_Passes()
    {
        using LabelledImages train = Open("train", "a", "b"), test = Open("test", "a", "b");

        LabelledImages.RequireSameClasses(train, test);
    }

    [Fact]
    public void RequireSameClasses_OtherNames_ListsBoth()
    {
        using LabelledImages train = Open("train", "a", "b"), test = Open("test", "a", "c");

        string message = Assert.Throws<SpotException>(() => LabelledImages.RequireSameClasses(train, test)).Message;

        Assert.Contains("training has a, b; test has a, c", message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private LabelledImages Open(string set, params string[] classes)
    {
        for (int i = 0; i < classes.Length; i++)
            _folder.WriteImage($"{set}/{classes[i]}/{i}.png", i);
        return LabelledImages.Open([_folder.At(set)]);
    }
}
