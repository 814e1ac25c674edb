using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class TrainingLoopTests : IDisposable
{
    private readonly TinyRun _tiny = new();
    private readonly ImageFolderFixture _images = new(8);

    [Fact]
    public void Run_NonFiniteLoss_NamesMetricStepAndStageAndSavesTheBatch()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        var stage = new FakeStage(5, step => [("loss.fine", 1), ("loss.bad", step == 2 ? double.NaN : 1)]);

        string message = Assert.Throws<SpotException>(() => Run(folder, stage)).Message;

        string saved = folder.File("nonfinite-fake-3.safetensors");
        Assert.StartsWith($"loss.bad is NaN at step 3 of stage fake; the run was stopped, its batch saved in {saved}", message,
            StringComparison.Ordinal);
        SafetensorsFile batch = SafetensorsFile.Read(saved);
        Assert.Equal([4, 3, 32, 32], batch.Tensors["images"].Shape);
        Assert.Equal(stage.LastImages, batch.Tensors["images"].Floats().ToArray());
        Assert.All(batch.Tensors["indices"].Integers().ToArray(), index => Assert.InRange(index, 0, 7));
        Assert.Equal(2, Checkpoint.Read(folder.Checkpoint).GetNumber("step"));
    }

    [Fact]
    public void Run_NonFiniteHealthNumber_GoesOnAndWritesNull()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());

        Run(folder, new FakeStage(1, _ => [("loss.fine", 1), ("mask_auc", double.NaN)]));

        Assert.Equal("""{"stage":"fake","step":1,"loss.fine":1,"mask_auc":null}""", Assert.Single(TinyRun.Metrics(folder)));
    }

    [Fact]
    public void Run_NonFiniteWeight_KeepsTheCheckpointBefore()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        var stage = new FakeStage(6, _ => [("loss.fine", 1)]) { WeightAt = step => step < 4 ? 1 : float.PositiveInfinity };

        string message = Assert.Throws<SpotException>(() => Run(folder, stage)).Message;

        Assert.StartsWith("weight is not finite after step 4 of stage fake", message, StringComparison.Ordinal);
        Assert.Equal(2, Checkpoint.Read(folder.Checkpoint).GetNumber("step"));
    }

    [Fact]
    public void Run_Intervals_MeasuresWritesAndSavesWhenDueAndAtTheEnd()
    {
        RunFolder folder =
            _tiny.Create("run", TinyRun.Recipe("recording.metrics_every=3", "recording.samples_every=4",
            "recording.checkpoint_every=5"));
        var stage = new FakeStage(7, _ => [("loss.fine", 1)]);

        Run(folder, stage);

        Assert.Equal([3, 6, 7], stage.Measured);
        Assert.Equal([3, 6, 7], TinyRun.Metrics(folder)
            .Select(line => (long)System.Text.Json.Nodes.JsonNode.Parse(line)!["step"]!));
        Assert.Equal(["fake-0000004.png", "fake-0000007.png"], stage.Samples);
        Assert.Equal([5, 7], stage.Saved);
    }

    [Fact]
    public void Run_FromTheMiddle_GetsTheBatchesOfThoseSteps()
    {
        var whole = new FakeStage(4, _ => [("loss.fine", 1)]);
        var half = new FakeStage(4, _ => [("loss.fine", 1)]);

        Run(_tiny.Create("whole", TinyRun.Recipe()), whole);
        Run(_tiny.Create("half", TinyRun.Recipe()), half, start: 3);

        Assert.Equal(whole.LastImages, half.LastImages);
    }

    [Fact]
    public void Run_WhatAContinuationNeedsFails_WritesNoCheckpoint()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        var stage = new FakeStage(7, _ => [("loss.fine", 1)]);

        Assert.Throws<OutputException>(
            () => Run(folder, stage, before: Task.FromException(new OutputException("no space left"))));

        Assert.NotEmpty(stage.LastImages); // it did not wait for it to begin
        Assert.False(File.Exists(folder.Checkpoint));
    }

    public void Dispose()
    {
        _images.Dispose();
        _tiny.Dispose();
    }

    private void Run(RunFolder folder, FakeStage stage, long start = 0, Task? before = null)
    {
        var loop = new TrainingLoop(
            folder, folder.ReadRecipe(), _images.Decode(), new PretrainingOutput())
        {
            BeforeCheckpoint = before ?? Task.CompletedTask,
        };
        loop.Run(stage, start, TestContext.Current.CancellationToken);
    }

    private sealed class FakeStage(long steps, Func<long, (string, double)[]> values) : ITrainingStage
    {
        private long _step;

        public string StageName => "fake";

        public long Steps => steps;

        public Func<long, float> WeightAt { get; init; } = _ => 1;

        public float[] LastImages { get; private set; } = [];

        public List<long> Measured { get; } = [];

        public List<long> Saved { get; } = [];

        public List<string> Samples { get; } = [];

        public IReadOnlyList<(string Name, double Value)> Run(long step, Tensor images, IReadOnlyList<int> indices, bool measure)
        {
            _step = step + 1;
            LastImages = images.ToArray<float>();
            if (measure)
                Measured.Add(_step);
            return values(step);
        }

        public void WriteSamples(string path) => Samples.Add(Path.GetFileName(path));

        public void Save(Checkpoint checkpoint)
        {
            using Tensor weight = tensor(WeightAt(_step));
            checkpoint.Add("weight", weight);
            Saved.Add(_step);
        }
    }
}
