using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Images;

public class DecodedImagesTests
{
    private const int ImageBytes = 4 * 4 * 3;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Decode_GoodImages_KeepsThemInOrder(int threads)
    {
        using ImageFolderFixture fixture = new(600);
        List<DecodingProgress> reports = [];
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { Threads = threads }, reports.Add);
        Assert.Equal((600, 600, 0), (images.Count, images.InMemory, images.Skipped.Count));
        for (int i = 0; i < 600; i++)
        {
            Assert.Equal(TestImages.Pattern(4, 4, i).Pixels, images.Get(i, out int actual).Pixels);
            Assert.Equal(i, actual);
        }
        Assert.Equal(new DecodingProgress(600, 600, 0), reports[^1]);
        Assert.True(reports.Zip(reports.Skip(1)).All(pair => pair.First.Done <= pair.Second.Done));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(ImageBytes - 1, 0)]
    [InlineData(ImageBytes, 1)]
    [InlineData(10 * ImageBytes + 5, 10)]
    [InlineData(300 * ImageBytes, 300)]
    [InlineData(1_000_000, 400)]
    public void Decode_Budget_BoundsWhatIsInMemory(long budget, int expected)
    {
        using ImageFolderFixture fixture = new(400);
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { MemoryBudget = budget });
        Assert.Equal((400, expected), (images.Count, images.InMemory));
        for (int i = 0; i < 400; i += 7)
            Assert.Equal(TestImages.Pattern(4, 4, i).Pixels, images.Get(i, out _).Pixels);
    }

    [Fact]
    public void Decode_DamagedImage_IsLeftOutAndRecorded()
    {
        using ImageFolderFixture fixture = new(200, damaged: [5, 150]);
        DecodedImages images = fixture.Decode();
        Assert.Equal((198, 2), (images.Count, images.Skipped.Count));
        Assert.Equal((4, 6, 199), (images.SourceIndex(4), images.SourceIndex(5), images.SourceIndex(197)));
        Assert.EndsWith("00005.png", images.Skipped[0].Name, StringComparison.Ordinal);
        Assert.EndsWith("00006.png", images.Name(5), StringComparison.Ordinal);
        string list = fixture.Folder.At("skipped.tsv");
        images.WriteSkipped(list);
        string[] lines = File.ReadAllLines(list);
        Assert.Equal(2, lines.Length);
        Assert.Equal([images.Skipped[1].Name, images.Skipped[1].Reason], lines[1].Split('\t'));
    }

    [Fact]
    public void Decode_MoreThanOnePercentDamaged_Throws()
    {
        using ImageFolderFixture fixture = new(200, damaged: [5, 6, 7]);
        ImageSetException thrown = Assert.Throws<ImageSetException>(() => fixture.Decode());
        Assert.Contains("3 of 200", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("00005.png", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Repair or remove", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_FewerThanOneBatch_Throws()
    {
        using ImageFolderFixture fixture = new(10);
        ImageSetException thrown = Assert.Throws<ImageSetException>(
            () => fixture.Decode(new DecodedImagesOptions { MinCount = 11 }));
        Assert.Contains("10 of 10", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_DamagedFoundLater_IsReplacedByTheNextGoodOne()
    {
        using ImageFolderFixture fixture = new(300, damaged: [100, 101, 299]);
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { MemoryBudget = 50 * ImageBytes });
        Assert.Equal(300, images.Count);
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
    public void Get_TooManyDamagedFoundLater_Throws()
    {
        using ImageFolderFixture fixture = new(100, damaged: [50, 51]);
        DecodedImages images = fixture.Decode(new DecodedImagesOptions { MemoryBudget = 0 });
        Assert.Throws<ImageSetException>(() => images.Get(50, out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Get_IndexOutside_Throws(int index)
    {
        using ImageFolderFixture fixture = new(3);
        DecodedImages images = fixture.Decode();
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Get(index, out _));
    }

    [Fact]
    public void Decode_Cancelled_Throws()
    {
        using ImageFolderFixture fixture = new(3);
        Assert.ThrowsAny<OperationCanceledException>(() => DecodedImages.Decode(fixture.Set, cancellation: new CancellationToken(true)));
    }
}
