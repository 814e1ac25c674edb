using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Pretraining.Baselines;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class PretextStageTests : IDisposable
{
    private const string Rotation = "pretext=rotation";
    private readonly TinyRun _tiny = new();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Run_RotationStoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(long step)
    {
        RunFolder whole = _tiny.Create("whole", TinyRun.Recipe(Rotation)),
        stopped = _tiny.Create("stopped", TinyRun.Recipe(Rotation));
        _tiny.Run(whole);

        _tiny.RunUntil(stopped, "rotation", step);
        _tiny.Run(RunFolder.Open(stopped.Path));

        TinyRun.AssertSame(whole, stopped);
        Assert.All(TinyRun.Metrics(whole), line => Assert.Contains("\"stage\":\"rotation\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_Rotation_LeavesTheLayersOfTheMethodAndFourAnswers()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe(Rotation));
        _tiny.Run(folder);

        TrainedWeights trained = TrainedWeights.Open(folder.Path);

        Assert.Equal([4L, 64, 1, 1], trained.Weights.ShapeOf("discriminator.fc2.weight"));
        Assert.False(trained.Weights.Has("discriminator.mask_head.weight"));
        Assert.True(trained.Weights.Has("ema.discriminator.conv1.weight"));
        TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights).Dispose();
    }

    [Fact]
    public void Run_LabelsOfUnlabelledImages_IsRefused()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("pretext=labels"));

        Assert.Contains("pretext labels needs all", Assert.Throws<ImageSetException>(() => _tiny.Run(folder)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TwoKindsOfImages_LearnsToTellThemApart()
    {
        using var images = new TwoKinds();
        Recipe recipe = TinyRun.Recipe("pretext=labels", "spotting.steps=60", "spotting.learning_rate=3e-3", "network.dropout=0");
        using var stage = new PretextStage(new LabelPretext(images.Set), recipe, new SampleImages(images.Decoded, 32));
        using DisposeScope scope = NewDisposeScope();
        (Tensor batch, int[] indices) = images.Batch();
        IReadOnlyList<(string Name, double Value)> values = [];

        for (int step = 0; step < 60; step++)
            values = stage.Run(step, batch, indices, measure: true);

        Assert.Equal(1, values.Single(value => value.Name == "right").Value);
        Assert.InRange(values.Single(value => value.Name == "loss.classification").Value, 0, 0.1);
    }

    public void Dispose() => _tiny.Dispose();

    /// <summary>Eight images: horizontal and vertical stripes of random brightness.</summary>
    private sealed class TwoKinds : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        internal TwoKinds()
        {
            for (int i = 0; i < 8; i++)
                _folder.Write($"{(i % 2 == 0 ? "rows" : "columns")}/{i}.png", PngFile.Encode(Stripes(i)));
            Set = ImageSet.Open([_folder.At("")]);
            Decoded = new DecodedImages(Set);
        }

        internal ImageSet Set { get; }

        internal DecodedImages Decoded { get; }

        internal (Tensor Images, int[] Indices) Batch()
        {
            int[] indices = [.. Enumerable.Range(0, Set.Count)];
            using LoadedBatch batch = BatchLoader.Pass(Decoded, indices, new EvaluationView(32), 8).Single();
            return (TensorData.From<float>(batch.Pixels, 8, 3, 32, 32).ToChannelsLast(), [.. batch.Indices]);
        }

        public void Dispose()
        {
            Set.Dispose();
            _folder.Dispose();
        }

        private static RgbImage Stripes(int number)
        {
            byte[] pixels = new byte[3 * 32 * 32];
            for (int y = 0; y < 32; y++)
                for (int x = 0; x < 32; x++)
                    pixels.AsSpan(3 * (32 * y + x), 3)
                        .Fill((byte)((((number % 2 == 0 ? y : x) + number) / 4 % 2) * (120 + 15 * number)));
            return new RgbImage(32, 32, pixels);
        }
    }
}
