namespace SpotArtifacts.Images.Tests;

public class DecodedImagesTests
{
    private const int ImageBytes = 4 * 4 * 3;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void DecodeAll_GoodImages_KeepsThemInOrder(int threads)
    {
        using ImageFolderFixture fixture = new(2600);
        List<DecodingProgress> reports = [];
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { Threads = threads });
        Assert.Equal(Enumerable.Range(0, 2600), images.DecodeAll(
            new Reports<DecodingProgress>(reports.Add), TestContext.Current.CancellationToken));
        Assert.Equal((2600, 2600, 0), (images.Count, images.InMemory, images.Skipped.Count));
        for (int i = 0; i < 2600; i += 13)
        {
            Assert.Equal(TestImages.Pattern(4, 4, i).Pixels, images.Get(i, out int actual).Pixels);
            Assert.Equal(i, actual);
        }
        Assert.Equal(new DecodingProgress(2600, 2600, 0), reports[^1]);
        Assert.True(reports.Zip(reports.Skip(1)).All(pair => pair.First.Done <= pair.Second.Done));
    }

    [Fact]
    public void Constructor_AnySet_DecodesNothing()
    {
        using ImageFolderFixture fixture = new(10, damaged: [0, 1, 2, 3]);
        Assert.Equal((10, 0, 0), (fixture.Decode().Count, fixture.Decode().InMemory, fixture.Decode().Skipped.Count));
    }

    [Fact]
    public void Get_Twice_ReadsTheFileOnce()
    {
        using ImageFolderFixture fixture = new(3);
        DecodedImages images = fixture.Decode();
        RgbImage first = images.Get(1, out _);
        File.Delete(images.Name(1));
        Assert.Same(first, images.Get(1, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(ImageBytes - 1, 0)]
    [InlineData(ImageBytes, 1)]
    [InlineData(10 * ImageBytes + 5, 10)]
    [InlineData(300 * ImageBytes, 300)]
    [InlineData(1_000_000, 400)]
    public void Get_Budget_BoundsWhatIsInMemory(long budget, int expected)
    {
        using ImageFolderFixture fixture = new(400);
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { MemoryBudget = budget });
        Parallel.For(0, 1200, i => Assert.Equal(TestImages.Pattern(4, 4, i % 400).Pixels, images.Get(i % 400, out _).Pixels));
        Assert.Equal((400, expected), (images.Count, images.InMemory));
    }

    [Fact]
    public void DecodeAll_DamagedImage_IsLeftOutAndRecorded()
    {
        using ImageFolderFixture fixture = new(200, damaged: [5, 150]);
        DecodedImages images = fixture.Decode();
        int[] good = images.DecodeAll(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 200).Where(i => i is not (5 or 150)), good);
        Assert.EndsWith("00005.png", images.Skipped[0].Name, StringComparison.Ordinal);
        string list = fixture.Folder.At("skipped.tsv");
        images.WriteSkipped(list);
        fixture.Decode().WriteSkipped(list); // a resumed run that has met none of them yet
        string[] lines = File.ReadAllLines(list);
        Assert.Equal(2, lines.Length);
        Assert.Equal([images.Skipped[1].Name, images.Skipped[1].Reason], lines[1].Split('\t'));
    }

    [Fact]
    public void DecodeAll_MoreThanOnePercentDamaged_Throws()
    {
        using ImageFolderFixture fixture = new(200, damaged: [5, 6, 7]);
        ImageSetException thrown =
            Assert.Throws<ImageSetException>(
                () => fixture.Decode().DecodeAll(cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("3 of 200", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("00005.png", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Repair or remove", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_FewerThanOneBatch_Throws()
    {
        using ImageFolderFixture fixture = new(10);
        ImageSetException thrown =
            Assert.Throws<ImageSetException>(() => fixture.Decode(new DecodedImagesOptions { MinCount = 11 }));
        Assert.Contains("10 of 10", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public void Get_Damaged_IsReplacedByTheNextGoodOne(long budget)
    {
        using ImageFolderFixture fixture = new(300, damaged: [100, 101, 299]);
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { MemoryBudget = budget });
        for (int again = 0; again < 2; again++)
        {
            Assert.Equal(TestImages.Pattern(4, 4, 102).Pixels, images.Get(100, out int actual).Pixels);
            Assert.Equal(102, actual);
        }
        Assert.Equal(2, images.Skipped.Count);
        images.Get(299, out int wrapped);
        Assert.Equal((0, 3), (wrapped, images.Skipped.Count));
    }

    [Fact]
    public void Get_TooManyDamaged_Throws()
    {
        using ImageFolderFixture fixture = new(100, damaged: [50, 51]);
        Assert.Throws<ImageSetException>(() => fixture.Decode().Get(50, out _));
    }

    [Theory]
    [InlineData(41, 1, true)] // one of few is less than a hundredth of nothing
    [InlineData(41, 2, false)]
    [InlineData(300, 3, true)]
    [InlineData(300, 4, false)]
    public void DecodeAll_DamagedImages_OneOrAHundredthAreTolerated(int count, int damaged, bool tolerated)
    {
        using ImageFolderFixture fixture = new(count, [.. Enumerable.Range(5, damaged)]);
        Exception? refusal = Record.Exception(
            () => fixture.Decode().DecodeAll(cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(tolerated, refusal is null);
    }

    [Fact]
    public void DecodeAll_AnyShareIsTolerated_LeavesTheGoodOnes()
    {
        using ImageFolderFixture fixture = new(10, damaged: [0, 1, 2, 3, 4, 5, 6, 7, 9]);
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { MaxSkippedShare = 1 });
        Assert.Equal([8], images.DecodeAll(cancellation: TestContext.Current.CancellationToken));
        Assert.Null(images.TryGet(0));
    }

    [Fact]
    public void Get_ManyDamagedAmongTheFirst_ThrowsLongBeforeAPercentOfAll()
    {
        using ImageFolderFixture fixture = new(5000, [.. Enumerable.Range(0, 30)]);
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { MaxSkippedShare = 0.01 });
        for (int i = 30; i < 200; i++)
            images.Get(i, out _);
        Assert.Contains(
            "of the first ", Assert.Throws<ImageSetException>(() => images.Get(0, out _)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Get_IndexOutside_Throws(int index)
    {
        using ImageFolderFixture fixture = new(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Decode().Get(index, out _));
    }

    [Fact]
    public void DecodeAll_Cancelled_Throws()
    {
        using ImageFolderFixture fixture = new(3);
        Assert.ThrowsAny<OperationCanceledException>(() => fixture.Decode().DecodeAll(cancellation: new CancellationToken(true)));
    }
}
