using SpotArtifacts.Features.Onnx;

namespace SpotArtifacts.Features.Tests;

public sealed class SpotModelTests : IDisposable
{
    private readonly FeatureFolder _folder = new();

    [Theory]
    [InlineData(FeatureLayer.Conv1, FeaturePooling.Full, new long[] { 4, 16, 16 })]
    [InlineData(FeatureLayer.Conv2, FeaturePooling.Max, new long[] { 6 })]
    [InlineData(FeatureLayer.Conv3, FeaturePooling.Mean, new long[] { 8 })]
    [InlineData(FeatureLayer.Conv4, FeaturePooling.Grid, new long[] { 24 })]
    [InlineData(FeatureLayer.Conv5, FeaturePooling.Full, new long[] { 4, 4, 4 })]
    public void Embed_LayerAndPooling_HasTheSaidShape(FeatureLayer layer, FeaturePooling pooling, long[] shape)
    {
        using SpotModel model = FeatureFolder.Load(new SpotModelOptions { Layer = layer, Pooling = pooling });

        float[] vector = model.Embed(BlockImages.Draw(1));

        Assert.Equal(shape, model.FeatureShape);
        Assert.Equal(model.Dimensions, vector.Length);
        Assert.Contains(vector, value => value != 0);
    }

    [Theory]
    [InlineData(FeaturePooling.Mean)]
    [InlineData(FeaturePooling.Max)]
    [InlineData(FeaturePooling.Grid)]
    public void Embed_Pooled_IsWhatTheWholeGridGives(FeaturePooling pooling)
    {
        using SpotModel whole = FeatureFolder.Load(FeatureFolder.Conv3 with { Pooling = FeaturePooling.Full });
        using SpotModel pooled = FeatureFolder.Load(FeatureFolder.Conv3 with { Pooling = pooling });
        float[] grid = whole.Embed(BlockImages.Draw(4));

        float[] expected = [.. Enumerable.Range(0, 8).SelectMany(channel =>
        {
            float[] cells = grid[(16 * channel)..(16 * channel + 16)];
            return pooling switch
            {
                FeaturePooling.Mean => [cells.Average()],
                FeaturePooling.Max => [cells.Max()],
                _ => (float[])[.. new[] { 0, 2, 8, 10 }.Select(i => (cells[i] + cells[i + 1] + cells[i + 4] + cells[i + 5]) / 4)],
            };
        })];

        TestFiles.AssertClose(expected, pooled.Embed(BlockImages.Draw(4)), 1e-6);
    }

    [Fact]
    public async Task Embed_EveryKindOfSource_GivesTheSameVector()
    {
        string file = _folder.WriteImages("images", 1)[0];
        byte[] bytes = File.ReadAllBytes(file);
        using SpotModel model = FeatureFolder.Load();
        using MemoryStream stream = new(bytes);

        float[] expected = model.Embed(BlockImages.Draw(0));

        Assert.Equal(expected, model.Embed(file));
        Assert.Equal(expected, model.Embed(bytes));
        Assert.Equal(expected, model.Embed(stream));
        Assert.Equal(expected, await model.EmbedAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(expected, await model.EmbedAsync(bytes.AsMemory(), TestContext.Current.CancellationToken));
        Assert.Equal(expected, await model.EmbedAsync(BlockImages.Draw(0), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Embed_ManyCallersAtOnce_EachGetsItsOwnImage()
    {
        string[] files = _folder.WriteImages("images", 40);
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 7 });
        float[][] alone = [.. files.Select(file => model.Embed(file))];

        Task<float[]>[] synchronous = [.. files.Select(file => Task.Run(() => model.Embed(file)))];
        float[][] asynchronous = await Task.WhenAll(
            files.Select(file => model.EmbedAsync(file, TestContext.Current.CancellationToken)));
        float[][] parallel = await Task.WhenAll(synchronous);

        for (int i = 0; i < files.Length; i++)
        {
            TestFiles.AssertClose(alone[i], parallel[i]);
            TestFiles.AssertClose(alone[i], asynchronous[i]);
        }
        Assert.True(alone.Select(vector => vector.Sum()).Distinct().Count() > 30, "the vectors do not tell the images apart");
    }

    [Fact]
    public void Embed_ManyPaths_KeepsTheirOrder()
    {
        string[] files = _folder.WriteImages("images", 10);
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 2 });

        IReadOnlyList<float[]> vectors = model.Embed(files, TestContext.Current.CancellationToken);

        Assert.Equal(10, vectors.Count);
        for (int i = 0; i < files.Length; i++)
            TestFiles.AssertClose(model.Embed(files[i]), vectors[i]);
    }

    [Fact]
    public async Task EmbedAsync_EndlessPaths_StreamsThem()
    {
        string file = _folder.WriteImages("images", 1)[0];
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 2 });
        int drawn = 0, seen = 0;
        IEnumerable<string> Endless()
        {
            while (true)
            {
                drawn++;
                yield return file;
            }
        }

        await foreach (float[] vector in model.EmbedAsync(Endless(), TestContext.Current.CancellationToken))
        {
            Assert.Equal(model.Dimensions, vector.Length);
            if (++seen == 20)
                break;
        }

        Assert.InRange(drawn, 20, 25);
    }

    [Fact]
    public void Embed_Normalized_HasLengthOne()
    {
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { Normalize = true });

        Assert.Equal(1, model.Embed(BlockImages.Draw(3)).Sum(value => (double)value * value), 1e-5);
    }

    [Fact]
    public void Embed_DamagedFile_NamesItAndLeavesTheModelWorking()
    {
        string damaged = _folder.WriteDamaged("damaged.png");
        using SpotModel model = FeatureFolder.Load();

        Assert.Contains(damaged, Assert.Throws<SpotException>(() => model.Embed(damaged)).Message, StringComparison.Ordinal);
        Assert.Contains("absent.png", Assert.Throws<SpotException>(() => model.Embed(_folder.At("absent.png"))).Message,
            StringComparison.Ordinal);
        Assert.Equal(model.Dimensions, model.Embed(BlockImages.Draw(0)).Length);
    }

    [Fact]
    public void Dispose_Twice_RefusesMoreWork()
    {
        SpotModel model = FeatureFolder.Load();
        model.Embed(BlockImages.Draw(0));

        model.Dispose();
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Embed(BlockImages.Draw(0)));
    }

    [Fact]
    public void Load_FromMemory_IsTheFile()
    {
        using SpotModel file = FeatureFolder.Load(),
            memory = SpotModel.Load(File.ReadAllBytes(TestFiles.Spotting), FeatureFolder.Conv3);

        Assert.Equal(file.Description.Network, memory.Description.Network);
        Assert.Equal(file.Embed(BlockImages.Draw(2)), memory.Embed(BlockImages.Draw(2)));
    }

    [Theory]
    [InlineData((FeatureLayer)7, FeaturePooling.Mean, 1, 0, "conv1, conv2, conv3, conv4, conv5, whitened")]
    [InlineData(FeatureLayer.Whitened, FeaturePooling.Grid, 1, 0, "spot export RUN --format onnx --fit-images PATH...")]
    [InlineData(FeatureLayer.Conv5, (FeaturePooling)9, 1, 0, "Mean, Max, Grid, Full")]
    [InlineData(FeatureLayer.Conv5, FeaturePooling.Mean, 0, 0, "1 to 4096")]
    [InlineData(FeatureLayer.Conv5, FeaturePooling.Mean, 1, -1, "1 or more")]
    public void Load_OptionThatCannotWork_SaysWhichWould(
        FeatureLayer layer, FeaturePooling pooling, int batch, int threads, string says)
    {
        SpotModelOptions options = new() { Layer = layer, Pooling = pooling, BatchSize = batch, Threads = threads };

        Assert.Contains(says, Assert.Throws<SpotException>(() => SpotModel.Load(TestFiles.Spotting, options)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FeatureLayer.Conv1)]
    [InlineData(FeatureLayer.Conv2)]
    public void Load_EarlyLayer_LeavesOutWhatComesBehind(FeatureLayer layer)
    {
        ModelFile file = ModelFile.Open(TestFiles.Spotting);

        OnnxGraph cut = file.Cut(layer.Name());

        Assert.Equal((int)layer, cut.Proto.Node.Count(node => node.OpType == "Conv"));
        Assert.DoesNotContain("fc1.weight", cut.Proto.Initializer.Select(constant => constant.Name));
    }

    public void Dispose() => _folder.Dispose();
}
