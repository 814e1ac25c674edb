using Google.Protobuf;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>A pretext that a program hands in, through the loop, the checkpoints and the export of the method.</summary>
public sealed class OwnPretextTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Run_StoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(long step)
    {
        RunFolder whole = Create("whole"), stopped = Create("stopped");
        _tiny.Run(whole, pretext: new Tint());

        _tiny.RunUntil(stopped, "tint", step, new Tint());
        _tiny.Run(RunFolder.Open(stopped.Path), pretext: new Tint());

        TinyRun.AssertSame(whole, stopped);
        Assert.All(TinyRun.Metrics(whole), line => Assert.Contains("\"stage\":\"tint\"", line, StringComparison.Ordinal));
        Assert.Contains("\"loss.tint\":", TinyRun.Metrics(whole)[0], StringComparison.Ordinal);
        Assert.Contains("\"furthest\":", TinyRun.Metrics(whole)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_HeadOfStandardModules_IsTrainedAndSavedWithItsStatistics()
    {
        RunFolder folder = Create("run");
        _tiny.RunUntil(folder, "tint", 2, new Tint());
        Checkpoint early = Checkpoint.Read(folder.Checkpoint);

        _tiny.Run(folder, pretext: new Tint());

        Checkpoint late = Checkpoint.Read(folder.Weights);
        foreach (string name in (string[])["3.weight", "3.bias", "2.running_mean", "2.running_var", "2.num_batches_tracked"])
            Assert.NotEqual(Values(early, name), Values(late, name));
        Assert.Equal([5f], Values(late, "2.num_batches_tracked"));
        Assert.True(late.Has("ema.discriminator.head.3.weight"));
        Assert.False(late.Has("discriminator.fc2.weight"));
    }

    [Fact]
    public void Run_Finished_IsExportedAndEmbeds()
    {
        RunFolder folder = Create("run");
        _tiny.Run(folder, pretext: new Tint());
        TrainedWeights trained = TrainedWeights.Open(folder.Path);

        using SpotModel model = SpotModel.Load(OnnxExport.Build(trained, new OnnxExportOptions()).ToByteArray());
        RgbImage image = TestImages.Pattern(40, 40, 1);
        float[] vector = model.Embed(image);

        Assert.Equal((TrainedFor.Own, 0), (model.Description.TrainedFor, model.Description.Classes));
        Assert.Contains(vector, value => value != 0);
        using Discriminator network = TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights);
        Assert.Null(network.ClassHead);
        SafetensorsExport.Write(trained, _tiny.At("folded.safetensors"), new SafetensorsExportOptions { Fold = true },
            cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Run_ClassesWithoutAHead_AreAnsweredByTheMethods()
    {
        RunFolder folder = Create("run");

        _tiny.Run(folder, pretext: new Bright());

        Assert.Equal([3L, 64, 1, 1], Checkpoint.Read(folder.Weights).ShapeOf("discriminator.fc2.weight"));
    }

    [Fact]
    public void Run_NeitherHeadNorClasses_IsRefused() =>
        Assert.Contains("pretext tint has no head of its own and 0 classes",
            Assert.Throws<SpotException>(() => _tiny.Run(Create("run"), pretext: new Tint { IsHeadless = true })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Run_BegunWithAnother_IsRefused()
    {
        RunFolder folder = Create("run");
        _tiny.RunUntil(folder, "tint", 2, new Tint());

        Assert.Contains("was begun with pretext tint and cannot be continued with bright",
            Assert.Throws<SpotException>(() => _tiny.Run(folder, pretext: new Bright())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pretrainer_PretextThatDoesNotGoWithTheRecipe_IsRefused()
    {
        RunFolder own = Create("own"), rotation = _tiny.Create("rotation", TinyRun.Recipe("pretext=rotation"));

        Assert.Contains("a program hands to Pretrainer", Assert.Throws<SpotException>(() => new Pretrainer(own)).Message,
            StringComparison.Ordinal);
        Assert.Contains("the run is trained by rotation",
            Assert.Throws<SpotException>(() => new Pretrainer(rotation, pretext: new Tint())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Tint")]
    [InlineData("a/b")]
    [InlineData("spotting")]
    [InlineData("autoencoder")]
    public void Pretrainer_NameThatCannotBe_IsRefused(string name)
    {
        RunFolder own = Create("own");

        Assert.StartsWith($"'{name}' is no name of a pretext",
            Assert.Throws<SpotException>(() => new Pretrainer(own, pretext: new Tint { Name = name })).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();

    private RunFolder Create(string name) => _tiny.Create(name, TinyRun.Recipe("pretext=own"));

    private static float[] Values(Checkpoint checkpoint, string name)
    {
        string full = $"discriminator.head.{name}";
        return checkpoint.Floats(full, checkpoint.ShapeOf(full)).ToArray();
    }

    /// <summary>By how much were the channels shifted? A head of TorchSharp's own modules that draws and keeps statistics.</summary>
    private sealed class Tint : IPretext
    {
        public string Name { get; init; } = "tint";

        internal bool IsHeadless { get; init; }

        public nn.Module<Tensor, Tensor>? CreateHead(NetworkOptions network) => IsHeadless ? null : nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(network.DiscriminatorWidths[^1]),
            nn.Linear(network.DiscriminatorWidths[^1], 3), nn.Dropout(0.5));

        public PretextBatch Ask(Tensor images, IReadOnlyList<int> indices, Generator random)
        {
            Tensor shift = rand(images.shape[0], 3, generator: random);
            return new PretextBatch(images + shift.reshape(-1, 3, 1, 1), shift);
        }

        public Tensor Loss(Tensor answers, Tensor targets) => nn.functional.mse_loss(answers, targets);

        public IEnumerable<(string Name, double Value)> Measure(Tensor answers, Tensor targets) =>
            [("furthest", (answers - targets).abs().max().item<float>())];
    }

    /// <summary>Which of three brightnesses? By the method's class head.</summary>
    private sealed class Bright : IPretext
    {
        public string Name => "bright";

        public int Classes => 3;

        public PretextBatch Ask(Tensor images, IReadOnlyList<int> indices, Generator random)
        {
            Tensor level = randint(0, 3, images.shape[0], generator: random);
            Tensor factor = (level.reshape(-1, 1, 1, 1).to(ScalarType.Float32) + 1) / 3;
            return new PretextBatch(images * factor, level.to(ScalarType.Int64));
        }

        public Tensor Loss(Tensor answers, Tensor targets) => nn.functional.cross_entropy(answers, targets);
    }
}
