using SpotArtifacts.Checkpoints;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Tests.Features;

public sealed class SpotModelTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    [Fact]
    public void Embed_File_IsTheMeanOfTheLayerOfTheEvaluationView()
    {
        string file = _tiny.WriteImages("images", 1)[0];
        using SpotModel model = _tiny.Load(TinyModel.Conv5 with { Layer = "conv3", Pooling = FeaturePooling.Mean });

        float[] vector = model.Embed(file);

        using TensorScope scope = new();
        using FeatureExtractor network = FeatureExtractor.Pretrained(Presets.Get("fix32"), Checkpoint.Read(_tiny.Weights));
        float[] view = new float[3 * 32 * 32];
        EvaluationView.Apply(TinyModel.Blocks(0), 32, view);
        Tensor features = network.Extract(Tensor.From<float>(view, 1, 3, 32, 32)).Single(layer => layer.Layer == "conv3").Features;
        Assert.Equal(48, model.Dimensions);
        AssertClose(features.Detach().Mean([2, 3]).ToArray<float>(), vector);
    }

    [Theory]
    [InlineData("conv1", FeaturePooling.Full, new long[] { 12, 16, 16 })]
    [InlineData("conv2", FeaturePooling.Max, new long[] { 32 })]
    [InlineData("conv4", FeaturePooling.Grid, new long[] { 192 })]
    [InlineData("conv5", FeaturePooling.Full, new long[] { 32, 4, 4 })]
    public void Embed_LayerAndPooling_HasTheSaidShape(string layer, FeaturePooling pooling, long[] shape)
    {
        using SpotModel model = _tiny.Load(TinyModel.Conv5 with { Layer = layer, Pooling = pooling });

        float[] vector = model.Embed(TinyModel.Blocks(1));

        Assert.Equal(shape, model.FeatureShape);
        Assert.Equal(model.Dimensions, vector.Length);
        Assert.Contains(vector, value => value != 0);
    }

    [Fact]
    public void Embed_EveryKindOfSource_GivesTheSameVector()
    {
        string file = _tiny.WriteImages("images", 1)[0];
        byte[] bytes = File.ReadAllBytes(file);
        using SpotModel model = _tiny.Load();
        using MemoryStream stream = new(bytes);

        float[] expected = model.Embed(TinyModel.Blocks(0));

        Assert.Equal(expected, model.Embed(file));
        Assert.Equal(expected, model.Embed(bytes));
        Assert.Equal(expected, model.Embed(stream));
    }

    [Fact]
    public async Task Embed_ManyCallersAtOnce_EachGetsItsOwnImage()
    {
        string[] files = _tiny.WriteImages("images", 40);
        using SpotModel model = _tiny.Load(TinyModel.Conv5 with { BatchSize = 7 });
        float[][] alone = [.. files.Select(file => model.Embed(file))];

        Task<float[]>[] synchronous = [.. files.Select(file => Task.Run(() => model.Embed(file)))];
        float[][] asynchronous = await Task.WhenAll(files.Select(file => model.EmbedAsync(file, TestContext.Current.CancellationToken)));
        float[][] parallel = await Task.WhenAll(synchronous);

        for (int i = 0; i < files.Length; i++)
        {
            AssertClose(alone[i], parallel[i]);
            AssertClose(alone[i], asynchronous[i]);
        }
        Assert.True(alone.Select(vector => vector[0]).Distinct().Count() > 30, "the vectors do not tell the images apart");
    }

    [Fact]
    public void Embed_ManyPaths_KeepsTheirOrderAndDrawsThemAsNeeded()
    {
        string[] files = _tiny.WriteImages("images", 10);
        using SpotModel model = _tiny.Load(TinyModel.Conv5 with { BatchSize = 2 });

        IReadOnlyList<float[]> vectors = model.Embed(files, TestContext.Current.CancellationToken);

        Assert.Equal(10, vectors.Count);
        for (int i = 0; i < files.Length; i++) AssertClose(model.Embed(files[i]), vectors[i]);
    }

    [Fact]
    public async Task EmbedAsync_EndlessPaths_StreamsThem()
    {
        string file = _tiny.WriteImages("images", 1)[0];
        using SpotModel model = _tiny.Load(TinyModel.Conv5 with { BatchSize = 2 });
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
            if (++seen == 20) break;
        }

        Assert.InRange(drawn, 20, 25);
    }

    [Fact]
    public void Embed_Normalized_HasLengthOne()
    {
        using SpotModel model = _tiny.Load(TinyModel.Conv5 with { Normalize = true });

        Assert.Equal(1, model.Embed(TinyModel.Blocks(3)).Sum(value => (double)value * value), 1e-5);
    }

    [Fact]
    public void Embed_Averages_AreOtherWeights()
    {
        using SpotModel trained = _tiny.Load(), averaged = _tiny.Load(TinyModel.Conv5 with { Averaged = true });

        Assert.NotEqual(trained.Fingerprint, averaged.Fingerprint);
        Assert.NotEqual(trained.Embed(TinyModel.Blocks(1)), averaged.Embed(TinyModel.Blocks(1)));
    }

    [Fact]
    public void Load_AveragesThatAreNotThere_AreRefused()
    {
        string file = _tiny.Write("plain.safetensors", seed: 1, averages: false);

        string message = Assert.Throws<SpotException>(() => SpotModel.Load(file, new SpotModelOptions { Averaged = true })).Message;

        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains("moving averages", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conv6", FeaturePooling.Mean, 1, "conv1, conv2, conv3, conv4, conv5")]
    [InlineData("conv5", (FeaturePooling)9, 1, "Mean, Max, Grid, Full")]
    [InlineData("conv5", FeaturePooling.Mean, 0, "1 to 4096")]
    public void Load_OptionThatCannotWork_SaysWhichWould(string layer, FeaturePooling pooling, int batch, string says) =>
        Assert.Contains(says, Assert.Throws<SpotException>(
            () => SpotModel.Load(_tiny.Weights, new SpotModelOptions { Layer = layer, Pooling = pooling, BatchSize = batch })).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_NothingThere_NamesThePath() =>
        Assert.Contains(_tiny.At("absent"), Assert.Throws<SpotException>(() => SpotModel.Load(_tiny.At("absent"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Embed_DamagedFile_NamesItAndLeavesTheModelWorking()
    {
        string damaged = _tiny.WriteDamaged("damaged.png");
        using SpotModel model = _tiny.Load();

        Assert.Contains(damaged, Assert.Throws<SpotException>(() => model.Embed(damaged)).Message, StringComparison.Ordinal);
        Assert.Contains("absent.png", Assert.Throws<SpotException>(() => model.Embed(_tiny.At("absent.png"))).Message, StringComparison.Ordinal);
        Assert.Equal(model.Dimensions, model.Embed(TinyModel.Blocks(0)).Length);
    }

    [Fact]
    public void Load_SameSeedAndOtherSeed_FingerprintTellsNetworksApart()
    {
        using SpotModel one = _tiny.Load(TinyModel.Conv5 with { Layer = "conv3" }), same = _tiny.Load(), other = SpotModel.Load(_tiny.Write("other.safetensors", seed: 2));

        Assert.Equal(32, one.Fingerprint.Length);
        Assert.Equal(one.Fingerprint, same.Fingerprint);
        Assert.NotEqual(one.Fingerprint, other.Fingerprint);
    }

    [Fact]
    public void Random_Recipe_IsWhatTrainingStartsFrom()
    {
        using SpotModel random = SpotModel.Random(Presets.Get("fix32") with { Seed = 1 }), written = _tiny.Load();

        Assert.Equal(written.Fingerprint, random.Fingerprint);
        Assert.Throws<SpotException>(() => SpotModel.Random(Presets.Get("fix32"), new SpotModelOptions { WithRepair = true }));
    }

    [Fact]
    public void Run_WithRepair_OffersAllNetworksWithoutGradients()
    {
        using SpotModel model = _tiny.Load(TinyModel.Conv5 with { WithRepair = true });
        using SpotModel plain = _tiny.Load();

        (bool recorded, long[] shape) = model.Run(networks =>
        {
            Tensor images = networks.Spotting!.Decode(networks.Spotting.Encode(Tensor.Full(0.5, "cpu", 2, 3, 32, 32)));
            Tensor again = networks.Autoencoder!.Forward(images, training: false);
            return (again.RequiresGrad, (long[])[.. again.Shape]);
        });

        Assert.False(recorded);
        Assert.Equal([2, 3, 32, 32], shape);
        Assert.Null(plain.Run(networks => networks.Spotting));
    }

    [Fact]
    public void Run_WorkThatFails_FailsOnlyItsCaller()
    {
        using SpotModel model = _tiny.Load();

        Assert.Throws<TimeoutException>(() => model.Run<int>(_ => throw new TimeoutException()));
        Assert.Equal(5, model.Run(_ => model.Run(_ => 5))); // work may ask for work
        Assert.Throws<InvalidOperationException>(() => model.Run(_ => model.Embed(TinyModel.Blocks(0))));
        Assert.Throws<InvalidOperationException>(() => model.Run(_ => model.Dispose()));
        Assert.Equal(model.Dimensions, model.Embed(TinyModel.Blocks(0)).Length);
    }

    public void Dispose() => _tiny.Dispose();

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        float scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4f * scale);
    }
}
