namespace SpotArtifacts.Images.Tests.Sources;

/// <summary>STL-10 and CIFAR files in their exact layout, and what is wrong with some.</summary>
public sealed class BinarySourceTests : IDisposable
{
    private const int StlRecord = 27_648;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_Stl10_TurnsColumnsIntoRowsAndLabelsToZeroBased()
    {
        byte[] file = new byte[2 * StlRecord];
        // Image 1, green plane (the second of 9,216 bytes), column 5, row 7.
        file[StlRecord + 9_216 + 5 * 96 + 7] = 200;
        string path = _folder.Write("train_X.bin", file);
        _folder.Write("train_y.bin", [1, 10]);
        _folder.Write(
            "class_names.txt",
            System.Text.Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 10).Select(i => $"class{i}"))));
        _folder.Write("fold_indices.txt", "0 1\n1 0\n"u8.ToArray());

        using ImageSet set = ImageSet.Open([path]);

        RgbImage image = set.Load(1);
        Assert.Equal((96, 96), (image.Width, image.Height));
        Assert.Equal(3 * (7 * 96 + 5) + 1, Array.IndexOf(image.Pixels, (byte)200));
        Assert.Equal((0, 9, 2), (set.Label(0), set.Label(1), set.ClassCount));
        Assert.Equal("class9", set.ClassNames![9]);
        Assert.Equal([[0, 1], [1, 0]], set.Folds!);
        Assert.Equal("train_X.bin:1", set.Name(1));
        Assert.Contains("STL-10 binary, 2 images, labelled", Assert.Single(set.Descriptions), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LinkedBinaries_AreRecognisedByTheirTargets()
    {
        _folder.Write("store/1", new byte[2 * StlRecord]);
        _folder.Write("store/2", [1, 10]);
        _folder.Write("store/3", new byte[3 * 3_073]);
        string[] names = ["train_X.bin", "train_y.bin", "data.bin"];
        for (int i = 0; i < names.Length; i++)
            File.CreateSymbolicLink(_folder.At(names[i]), $"store/{i + 1}");
        using ImageSet stl = ImageSet.Open([_folder.At("train_X.bin")]), cifar = ImageSet.Open([_folder.At("data.bin")]);
        Assert.Equal((2, 0, 9), (stl.Count, stl.Label(0), stl.Label(1)));
        Assert.Equal((3, 3), (cifar.Count, cifar.LabelledCount));
        Assert.Equal(32, cifar.Load(2).Width);
    }

    [Fact]
    public void Open_LinkedList_NamesLinkedImages()
    {
        _folder.WriteImage("store/a.png");
        File.CreateSymbolicLink(_folder.At("b.png"), "store/a.png");
        _folder.Write("store/list.txt", System.Text.Encoding.UTF8.GetBytes($"{_folder.At("b.png")}\tcat\n"));
        File.CreateSymbolicLink(_folder.At("list.txt"), "store/list.txt");
        using ImageSet set = ImageSet.Open([_folder.At("list.txt")]);
        Assert.Equal(TestImages.Pattern(4, 4).Pixels, set.Load(0).Pixels);
    }

    [Fact]
    public void Open_Stl10Unlabeled_HasNoLabels()
    {
        using ImageSet set = ImageSet.Open([_folder.Write("unlabeled_X.bin", new byte[3 * StlRecord])]);
        Assert.Equal((3, 0), (set.Count, set.LabelledCount));
        Assert.Null(set.Folds);
    }

    [Fact]
    public void Open_Cifar10_ReadsPlanesByRow()
    {
        byte[] file = new byte[2 * 3_073];
        file[3_073] = 7;
        file[3_073 + 1 + 2 * 1_024 + 3 * 32 + 4] = 99; // blue, row 3, column 4
        using ImageSet set = ImageSet.Open([_folder.Write("data_batch_1.bin", file)]);
        Assert.Equal((2, 0, 7), (set.Count, set.Label(0), set.Label(1)));
        Assert.Equal(3 * (3 * 32 + 4) + 2, Array.IndexOf(set.Load(1).Pixels, (byte)99));
    }

    [Fact]
    public void Open_Cifar100Coarse_TakesTheCoarseLabelAndItsNames()
    {
        byte[] file = new byte[3_074];
        (file[0], file[1]) = (19, 99);
        _folder.Write(
            "coarse_label_names.txt",
            System.Text.Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 20).Select(i => $"kind{i}"))));
        using ImageSet set =
            ImageSet.Open([_folder.Write("train.bin", file)], new ImageSetOptions { Format = ImageSourceFormat.Cifar100Coarse });
        Assert.Equal((1, 19, 1, "kind19"), (set.Count, set.Label(0), set.ClassCount, set.ClassNames![19]));
    }

    [Fact]
    public void Open_Cifar100_TakesTheFineLabel()
    {
        byte[] file = new byte[3_074];
        (file[0], file[1]) = (19, 99);
        using ImageSet set = ImageSet.Open([_folder.Write("train.bin", file)]);
        Assert.Equal((1, 99, 1), (set.Count, set.Label(0), set.ClassCount));
    }

    [Fact]
    public void Open_SizeThatFitsTwoFormats_NamesTheFlagThatSettlesIt()
    {
        string path = _folder.Write("train.bin", new byte[3_073 * 3_074]);
        string message = Assert.Throws<ImageSetException>(() => ImageSet.Open([path])).Message;
        Assert.Contains($"{path}: its size fits cifar10 and cifar100", message, StringComparison.Ordinal);
        Assert.Contains("--images-format cifar10", message, StringComparison.Ordinal);
        using ImageSet settled = ImageSet.Open([path], new ImageSetOptions { Format = ImageSourceFormat.Cifar100 });
        Assert.Equal(3_073, settled.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(StlRecord - 1)]
    [InlineData(StlRecord + 1)]
    public void Open_Stl10OfAWrongLength_IsRefused(int length) =>
        AssertRefused(_folder.Write("train_X.bin", new byte[length]), ImageSourceFormat.Stl10, $"{length} bytes");

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(255)]
    public void Open_Stl10LabelOutOfRange_IsRefused(byte label)
    {
        _folder.Write("train_y.bin", [1, label]);
        AssertRefused(_folder.Write("train_X.bin", new byte[2 * StlRecord]), ImageSourceFormat.Auto, $"label {label} of image 1");
    }

    [Fact]
    public void Open_Stl10WithAnotherNumberOfLabels_IsRefused()
    {
        _folder.Write("test_y.bin", [1, 1, 1]);
        AssertRefused(_folder.Write("test_X.bin", new byte[2 * StlRecord]), ImageSourceFormat.Auto, "3 labels for 2 images");
    }

    [Fact]
    public void Open_Stl10WithTooFewClassNames_IsRefused()
    {
        _folder.Write("class_names.txt", "cat\ndog\n"u8.ToArray());
        AssertRefused(_folder.Write("test_X.bin", new byte[StlRecord]), ImageSourceFormat.Auto, "2 names");
    }

    [Theory]
    [InlineData("0 2")]
    [InlineData("0 -1")]
    [InlineData("zero")]
    [InlineData("99999999999999")]
    public void Open_Stl10FoldOutsideTheImages_IsRefused(string fold)
    {
        _folder.Write("fold_indices.txt", System.Text.Encoding.ASCII.GetBytes(fold));
        AssertRefused(
            _folder.Write("train_X.bin", new byte[2 * StlRecord]), ImageSourceFormat.Auto, "is not the number of an image");
    }

    [Theory]
    [InlineData(ImageSourceFormat.Cifar10, 3_074)]
    [InlineData(ImageSourceFormat.Cifar100, 3_073)]
    public void Open_CifarOfAWrongLength_IsRefused(ImageSourceFormat format, int length) =>
        AssertRefused(_folder.Write("a.bin", new byte[length]), format, $"{length} bytes");

    [Fact]
    public void Open_CifarLabelOutOfRange_IsRefused()
    {
        byte[] file = new byte[3_073];
        file[0] = 10;
        AssertRefused(_folder.Write("a.bin", file), ImageSourceFormat.Cifar10, "label 10 of image 0");
    }

    [Fact]
    public void Open_FolderOfBinaries_AsksForTheFiles()
    {
        _folder.Write("train_X.bin", new byte[StlRecord]);
        _folder.Write("test_X.bin", new byte[StlRecord]);
        AssertRefused(_folder.Path, ImageSourceFormat.Auto, "training and test images apart");
    }

    [Fact]
    public void Load_BinaryCutAfterOpening_Throws()
    {
        string path = _folder.Write("test_X.bin", new byte[2 * StlRecord]);
        using ImageSet set = ImageSet.Open([path]);
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(StlRecord + 5);
        Assert.Equal(96, set.Load(0).Width);
        Assert.Throws<ImageFormatException>(() => set.Load(1));
    }

    [Theory]
    [InlineData("test_X.bin", "an STL-10 binary that is cut off")]
    [InlineData("data_batch_1.bin", "a CIFAR-10 binary that is cut off")]
    [InlineData("train.bin", "a CIFAR-100 binary that is cut off")]
    [InlineData("other.bin", "a binary that is cut off, or none")]
    public void Open_CutBinary_IsCalledCutOff(string name, string expected)
    {
        string path = _folder.Write(name, new byte[40_000]);
        string message = Assert.Throws<ImageSetException>(() => ImageSet.Open([path])).Message;
        Assert.StartsWith($"{path}: 40000 bytes are no whole number", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PickledCifar_NamesTheBinaryVersion()
    {
        string path = _folder.Write("data_batch_1", [0x80, 2, (byte)'}', (byte)'q', 1, 0, 0, 0]);
        Assert.Contains("cifar-10-binary.tar.gz", Assert.Throws<ImageSetException>(() => ImageSet.Open([path])).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefused(string path, ImageSourceFormat format, string reason)
    {
        ImageSetException thrown =
            Assert.Throws<ImageSetException>(() => ImageSet.Open([path], new ImageSetOptions { Format = format }));
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetDirectoryName(path)!, thrown.Message, StringComparison.Ordinal);
    }
}
