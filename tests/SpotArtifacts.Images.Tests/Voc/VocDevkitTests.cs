using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Images.Tests.Voc;

/// <summary>
/// A devkit of three images: 000001 with a dog and a difficult cat, 000002 with a car, 000003 (test) with nothing.
/// </summary>
public sealed class VocDevkitTests : IDisposable
{
    private static readonly VocObject s_dog = new(11, new VocBox(1, 1, 4, 4), false, true),
        s_cat = new(7, new VocBox(2, 2, 3, 3), true, false),
        s_car = new(6, new VocBox(2, 1, 8, 6), false, false);

    private readonly TemporaryFolder _folder = new();
    private readonly VocDevkitBuilder _builder;

    public VocDevkitTests()
    {
        _builder = new VocDevkitBuilder(_folder.At("VOCdevkit"));
        byte[] mask = new byte[48];
        mask[9] = 12;
        _builder.Add("trainval", "000001", TestImages.Pattern(8, 6), [s_dog, s_cat], mask);
        _builder.Add("trainval", "000002", TestImages.Pattern(8, 6, 2), [s_car]);
        _builder.Add("test", "000003", TestImages.Pattern(8, 6, 3), []);
        _builder.WriteLists();
    }

    [Fact]
    public void Open_DevkitOrYear_FindsTheYear()
    {
        Assert.Equal("VOC2007", VocDevkit.Open(_folder.At("VOCdevkit")).Year);
        Assert.Equal("VOC2007", VocDevkit.Open(_builder.Root + "/").Year);
    }

    [Fact]
    public void ReadImage_Link_GivesItsTarget()
    {
        string image = Directory.EnumerateFiles(Path.Combine(_builder.Root, "JPEGImages"), "000001.*").Single();
        File.Move(image, _folder.At("elsewhere"));
        File.CreateSymbolicLink(image, _folder.At("elsewhere"));
        Assert.Equal(TestImages.Pattern(8, 6).Pixels, VocDevkit.Open(_builder.Root).ReadImage("000001").Pixels);
        using ImageSet set = ImageSet.Open([_builder.Root]);
        Assert.Equal(TestImages.Pattern(8, 6).Pixels, set.Load(0).Pixels);
    }

    [Fact]
    public void Open_OtherFolder_SaysWhatIsMissing() =>
        Assert.Contains("JPEGImages", Refused(() => VocDevkit.Open(_folder.At("none"))), StringComparison.Ordinal);

    [Fact]
    public void Open_TwoYears_AsksForOne()
    {
        _ = new VocDevkitBuilder(_folder.At("VOCdevkit"), "VOC2012");
        Assert.Contains("VOC2007, VOC2012", Refused(() => VocDevkit.Open(_folder.At("VOCdevkit"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WholeDevkit_GivesWhatWasWritten()
    {
        VocDevkit devkit = VocDevkit.Open(_builder.Root);

        IReadOnlyList<string> ids = devkit.ReadSplit(VocTask.Main, "trainval");
        sbyte[][] labels = devkit.ReadLabels(ids, "trainval");
        Assert.Equal(["000001", "000002"], ids);
        Assert.Equal(["000001"], devkit.ReadSplit(VocTask.Segmentation, "trainval"));
        Assert.Equal((1, 0, -1, 1), (labels[0][11], labels[0][7], labels[0][6], labels[1][6]));
        Assert.Equal(18, labels[0].Count(label => label == -1));
        Assert.Equal([s_dog, s_cat], devkit.ReadAnnotation("000001").Objects);
        Assert.Equal(12, devkit.ReadMask("000001", 8, 6).Indices[9]);
        Assert.Equal(TestImages.Pattern(8, 6).Pixels, devkit.ReadImage("000001").Pixels);
        Assert.True(devkit.HasSplit(VocTask.Main, "test"));
        Assert.False(devkit.HasSplit(VocTask.Main, "val"));
    }

    [Fact]
    public void ReadAnnotation_Missing_NamesTheFile() =>
        Broken("Annotations/000001.xml", devkit => devkit.ReadAnnotation("000001"), "annotation is missing");

    [Fact]
    public void ReadMask_Missing_NamesTheFile() =>
        Broken("SegmentationClass/000001.png", devkit => devkit.ReadMask("000001", 8, 6), "mask is missing");

    [Fact]
    public void ReadMask_OfAnotherSize_NamesBoth() =>
        Assert.Contains(
            "8 x 6 pixels, its image 6 x 8", Refused(() => VocDevkit.Open(_builder.Root).ReadMask("000001", 6, 8)),
            StringComparison.Ordinal);

    [Fact]
    public void ReadSplit_ListsAnAbsentImage_NamesListAndImage() =>
        Broken("JPEGImages/000002.jpg", devkit => devkit.ReadSplit(VocTask.Main, "trainval"), "lists 000002", "trainval.txt");

    [Fact]
    public void ReadSplit_Missing_NamesTheFile() =>
        Broken("ImageSets/Main/trainval.txt", devkit => devkit.ReadSplit(VocTask.Main, "trainval"), "split is missing");

    [Fact]
    public void ReadLabels_ListMissing_NamesTheFile() =>
        Broken("ImageSets/Main/sheep_trainval.txt", devkit => devkit.ReadLabels(["000001", "000002"], "trainval"),
        "sheep_trainval.txt");

    [Theory]
    [InlineData("000001 1\n", "says nothing of image 000002")]
    [InlineData("000001 1\n000002 1\n000009 1\n", "has 3 images")]
    public void ReadLabels_OtherImagesThanTheSplit_IsRefused(string list, string complaint)
    {
        File.WriteAllText(_builder.At("ImageSets/Main/cow_trainval.txt"), list);
        string message = Refused(() => VocDevkit.Open(_builder.Root).ReadLabels(["000001", "000002"], "trainval"));
        Assert.Contains(complaint, message, StringComparison.Ordinal);
        Assert.Contains("cow_trainval.txt", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAnnotation_HugeFile_IsNotRead()
    {
        using (FileStream file = File.OpenWrite(_builder.At("Annotations/000001.xml")))
            file.SetLength(1L << 40);
        Assert.Contains(
            "more than", Refused(() => VocDevkit.Open(_builder.Root).ReadAnnotation("000001")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../secret")]
    [InlineData("/etc/passwd")]
    public void Read_NameThatLeavesTheFolder_IsRefused(string id)
    {
        VocDevkit devkit = VocDevkit.Open(_builder.Root);
        Refused(() => devkit.ReadAnnotation(id));
        Refused(() => devkit.ReadImage(id));
        Refused(() => devkit.ReadMask(id, 1, 1));
        Refused(() => devkit.ReadSplit(VocTask.Main, id));
        Assert.False(devkit.HasSplit(VocTask.Main, id));
    }

    [Fact]
    public void ReadImage_Damaged_NamesTheFile()
    {
        byte[] file = File.ReadAllBytes(_builder.At("JPEGImages/000001.jpg"));
        File.WriteAllBytes(_builder.At("JPEGImages/000001.jpg"), file[..^20]);
        Assert.Contains("000001.jpg", Refused(() => VocDevkit.Open(_builder.Root).ReadImage("000001")), StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_WholeDevkit_CountsAll()
    {
        VocSummary summary = VocSummary.Read(VocDevkit.Open(_builder.Root));
        Assert.Equal(
            (20, 3, 1, 3, 1, 1, 0),
            (summary.Classes, summary.LabelledImages, summary.DifficultLabels, summary.Boxes, summary.DifficultBoxes,
            summary.Masks, summary.Damaged.Count));
    }

    [Fact]
    public void Summary_DamagedAnnotation_IsCountedAndNamed()
    {
        File.WriteAllText(_builder.At("Annotations/000002.xml"), "<annotation>");
        VocSummary summary = VocSummary.Read(VocDevkit.Open(_builder.Root));
        Assert.Equal(2, summary.Boxes);
        Assert.Contains("000002.xml", Assert.Single(summary.Damaged), StringComparison.Ordinal);
        Assert.Contains("1 files damaged", summary.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ImageSet_Devkit_SaysWhatItFound()
    {
        using ImageSet set = ImageSet.Open([_folder.At("VOCdevkit")]);
        Assert.Equal((3, 0), (set.Count, set.LabelledCount));
        Assert.EndsWith(
            "PASCAL VOC devkit VOC2007, 3 images, 20 classes, 3 images labelled (1 labels " +
            "difficult), 3 boxes (1 difficult), 1 masks", Assert.Single(set.Descriptions), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Broken(string file, Action<VocDevkit> read, params string[] parts)
    {
        File.Delete(_builder.At(file));
        string message = Refused(() => read(VocDevkit.Open(_builder.Root)));
        Assert.All(
            parts.Append(Path.GetFileNameWithoutExtension(file)),
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static string Refused(Action read) => Assert.Throws<VocException>(read).Message;
}
