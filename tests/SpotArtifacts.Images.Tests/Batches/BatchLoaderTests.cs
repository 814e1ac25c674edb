namespace SpotArtifacts.Images.Tests;

public class BatchLoaderTests
{
    private static readonly Augmentation s_view = new(new AugmentationOptions(), 4);

    [Theory]
    [InlineData(10, 3, 1)]
    [InlineData(10, 3, 3)]
    [InlineData(7, 7, 2)]
    [InlineData(3, 10, 2)] // a batch that spans four epochs
    [InlineData(1, 5, 1)]
    public void Next_ManySteps_GoesThroughEveryEpochWithoutDroppingAny(int count, int batch, int threads)
    {
        using ImageFolderFixture fixture = new(count);
        DecodedImages images = fixture.Decode();
        using BatchLoader loader = new(images, s_view, new BatchLoaderOptions { BatchSize = batch, Seed = 5, Threads = threads });
        List<int> seen = [];
        for (int step = 0; step < 4 * count; step++)
        {
            using LoadedBatch loaded = loader.Next();
            Assert.Equal(step, loaded.Step);
            Assert.Equal(batch * 3 * 16, loaded.Pixels.Length);
            seen.AddRange(loaded.Indices);
        }
        foreach (int[] epoch in seen.Chunk(count).Where(chunk => chunk.Length == count))
            Assert.Equal(Enumerable.Range(0, count), epoch.Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Next_AnyNumberOfThreads_GivesTheSameBatches(int threads)
    {
        using ImageFolderFixture fixture = new(20);
        DecodedImages images = fixture.Decode();
        Assert.Equal(Load(images, 0, 12, 1, 42), Load(images, 0, 12, threads, 42));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(123_456_789_012)]
    public void Next_StartedLater_ContinuesTheSameSequence(long start)
    {
        using ImageFolderFixture fixture = new(20);
        DecodedImages images = fixture.Decode();
        Assert.Equal(Load(images, start, 6, 1, 42)[3..], Load(images, start + 3, 3, 2, 42));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Next_AnyNumberOfRanks_ShareTheGlobalBatchWithoutOverlapOrLoss(int ranks)
    {
        const int batch = 2, steps = 20;
        using ImageFolderFixture fixture = new(23);
        DecodedImages images = fixture.Decode();
        BatchLoaderOptions options = new() { BatchSize = batch, Seed = 9 };
        using BatchLoader one = new(images, s_view, options with { BatchSize = ranks * batch });
        BatchLoader[] parts =
            [.. Enumerable.Range(0, ranks)
            .Select(rank => new BatchLoader(images, s_view, options with { Rank = rank, WorldSize = ranks }))];
        for (int step = 0; step < steps; step++)
        {
            using LoadedBatch whole = one.Next();
            LoadedBatch[] shares = [.. parts.Select(part => part.Next())];
            Assert.Equal(whole.Indices, shares.SelectMany(share => share.Indices));
            Assert.Equal(whole.Pixels, shares.SelectMany(share => share.Pixels));
            foreach (LoadedBatch share in shares)
                share.Dispose();
        }
        foreach (BatchLoader part in parts)
            part.Dispose();
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    public void Constructor_RankOutsideTheWorld_Throws(int rank, int worldSize)
    {
        using ImageFolderFixture fixture = new(2);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new BatchLoader(
                fixture.Decode(), s_view, new BatchLoaderOptions { BatchSize = 1, Rank = rank, WorldSize = worldSize }));
    }

    [Fact]
    public void Next_PartlyOnDisk_GivesTheSameBatches()
    {
        using ImageFolderFixture fixture = new(20);
        DecodedImages all = fixture.Decode();
        DecodedImages few = fixture.Decode(new DecodedImagesOptions { MemoryBudget = 200 });
        Assert.Equal(Load(all, 0, 5, 1, 42), Load(few, 0, 5, 2, 42));
    }

    [Fact]
    public void Next_OtherSeed_GivesOtherBatches()
    {
        using ImageFolderFixture fixture = new(20);
        DecodedImages images = fixture.Decode();
        Assert.NotEqual(Load(images, 0, 1, 1, 42), Load(images, 0, 1, 1, 43));
    }

    [Fact]
    public void Next_SecondEpoch_ShowsOtherViewsInAnotherOrder()
    {
        using ImageFolderFixture fixture = new(20);
        DecodedImages images = fixture.Decode();
        List<string> batches = Load(images, 0, 10, 1, 42);
        Assert.Equal(10, batches.Distinct().Count());
    }

    [Fact]
    public void Next_FailureInTheBackground_IsRethrownAtItsStep()
    {
        using ImageFolderFixture fixture = new(20);
        DecodedImages images = fixture.Decode();
        using BatchLoader loader = new(images, new FailingView(after: 8), new BatchLoaderOptions { BatchSize = 4 });
        loader.Next().Dispose();
        loader.Next().Dispose();
        for (int again = 0; again < 2; again++)
            Assert.Equal("broken view", Assert.Throws<InvalidOperationException>(() => loader.Next()).Message);
    }

    [Fact]
    public void Dispose_WhileFull_EndsAndRefusesFurtherUse()
    {
        using ImageFolderFixture fixture = new(20);
        BatchLoader loader = new(fixture.Decode(), s_view, new BatchLoaderOptions { BatchSize = 4, Threads = 3, Ahead = 2 });
        loader.Next().Dispose();
        loader.Dispose();
        loader.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            for (int i = 0; i < 10; i++)
                loader.Next().Dispose();
        });
    }

    [Fact]
    public void Next_BatchesGivenBack_UsesTheirArraysAgain()
    {
        using ImageFolderFixture fixture = new(20);
        using BatchLoader loader = new(fixture.Decode(), s_view, new BatchLoaderOptions { BatchSize = 4 });
        HashSet<float[]> arrays = [];
        for (int i = 0; i < 100; i++)
        {
            using LoadedBatch batch = loader.Next();
            arrays.Add(batch.Pixels);
        }
        Assert.InRange(arrays.Count, 1, 6);
        Assert.True(loader.WaitTime >= TimeSpan.Zero && loader.WaitTime < TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(20, 6, 1)]
    [InlineData(20, 5, 3)]
    [InlineData(3, 100, 2)]
    [InlineData(1, 1, 1)]
    public void Pass_AllImages_ComeOnceInOrder(int count, int batch, int threads)
    {
        using ImageFolderFixture fixture = new(count);
        DecodedImages images = fixture.Decode();
        List<int> seen = [];
        foreach (
            LoadedBatch loaded in BatchLoader.Pass(
                images, Enumerable.Range(0, count).ToArray(), new EvaluationView(4), batch, threads))
            using (loaded)
            {
                Assert.Equal(loaded.Count * 3 * 16, loaded.Pixels.Length);
                float[] expected = new float[48];
                EvaluationView.Apply(images.Get(loaded.Indices[0], out _), 4, expected);
                Assert.Equal(expected, loaded.Pixels[..48]);
                seen.AddRange(loaded.Indices);
            }
        Assert.Equal(Enumerable.Range(0, count), seen);
    }

    [Theory]
    [InlineData(0, 0, 1, 4)]
    [InlineData(4, -1, 1, 4)]
    [InlineData(4, 0, 0, 4)]
    [InlineData(4, 0, 1, 0)]
    public void Constructor_OptionOutOfRange_Throws(int batch, long start, int threads, int ahead)
    {
        using ImageFolderFixture fixture = new(2);
        DecodedImages images = fixture.Decode();
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(
            images, s_view, new BatchLoaderOptions { BatchSize = batch, StartStep = start, Threads = threads, Ahead = ahead }));
    }

    private static List<string> Load(DecodedImages images, long start, int steps, int threads, ulong seed)
    {
        using BatchLoader loader =
            new(images, s_view, new BatchLoaderOptions { BatchSize = 6, Seed = seed, StartStep = start, Threads = threads });
        List<string> batches = [];
        for (int i = 0; i < steps; i++)
        {
            using LoadedBatch batch = loader.Next();
            batches.Add($"{batch.Step}: {string.Join(',', batch.Indices)}: {string.Join(',', batch.Pixels)}");
        }
        return batches;
    }

    private sealed class FailingView(int after) : IImageView
    {
        private int _calls;

        public int Size => 4;

        public DecodeTarget Target => default;

        public void Apply(RgbImage image, ulong seed, Span<float> destination)
        {
            if (++_calls > after)
                throw new InvalidOperationException("broken view");
        }
    }
}
