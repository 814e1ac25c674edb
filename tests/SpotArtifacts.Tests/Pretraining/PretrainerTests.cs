using Microsoft.Extensions.Logging;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>Pre-training as a program of somebody else's calls it.</summary>
public sealed class PretrainerTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Run_Events_TellOfStepsCheckpointsAndStageEndsInOrder()
    {
        using ImageSet images = ImageSet.Open([_tiny.Images]);
        Pretrainer run = Pretrainer.Create(_tiny.At("run"), images, TinyRun.Recipe("recording.checkpoint_every=3"));
        List<string> seen = [];
        run.StepDone += (sender, step) =>
        {
            Assert.Same(run, sender);
            Assert.NotEmpty(step.Losses);
            seen.Add($"{step.Stage} {step.Step}/{step.Steps}");
        };
        run.CheckpointWritten += (_, checkpoint) =>
        {
            Assert.Equal(checkpoint.Step, Checkpoint.Read(checkpoint.Path).GetNumber("step"));
            seen.Add($"{checkpoint.Stage} saved {checkpoint.Step}");
        };
        run.StageEnded += (_, stage) => seen.Add($"{stage.Stage} ended {stage.Steps} {stage.Losses[0].Name}");

        run.Run(Stop);

        string[] Of(string stage, string loss) =>
        [
            $"{stage} 1/5", $"{stage} 2/5", $"{stage} 3/5", $"{stage} saved 3",
            $"{stage} 4/5", $"{stage} 5/5", $"{stage} saved 5",
            $"{stage} ended 5 {loss}",
        ];
        Assert.Equal([.. Of("autoencoder", "loss.reconstruction"), .. Of("spotting", "loss.spotting")], seen);
        Assert.True(File.Exists(run.Folder.Weights));
    }

    [Fact]
    public void Run_StoppedFromAnEvent_HasACheckpointAndGoesOnToTheSameWeights()
    {
        using ImageSet images = ImageSet.Open([_tiny.Images]);
        RunFolder whole = _tiny.Create("whole", TinyRun.Recipe());
        _tiny.Run(whole);
        Pretrainer run = Pretrainer.Create(_tiny.At("run"), images, TinyRun.Recipe());
        using CancellationTokenSource stop = new();
        run.StepDone += (_, step) =>
        {
            if ((step.Stage, step.Step) == ("spotting", 3))
                stop.Cancel();
        };

        Assert.Throws<OperationCanceledException>(() => run.Run(stop.Token));
        new Pretrainer(RunFolder.Open(run.Folder.Path), images: images).Run(Stop);

        TinyRun.AssertSame(whole, run.Folder);
    }

    [Fact]
    public void Run_OfImagesOfNoFile_SaysWhereItCanBeContinued()
    {
        using ImageSet images = ImageSet.Of(new Patterns());
        Pretrainer run = Pretrainer.Create(_tiny.At("run"), images, TinyRun.Recipe());
        using CancellationTokenSource stop = new();
        run.StepDone += (_, _) => stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => run.Run(stop.Token));

        string message = Assert.Throws<SpotException>(() => new Pretrainer(run.Folder).Run(Stop)).Message;
        new Pretrainer(run.Folder, images: images).Run(Stop);

        Assert.Contains("came from a program's own source: continue the run in that program", message, StringComparison.Ordinal);
        Assert.True(File.Exists(run.Folder.Weights));
    }

    [Fact]
    public void Run_FailingBeforeItsFirstStep_LeavesNoFolder()
    {
        using ImageSet images = ImageSet.Open([_tiny.Images]);
        Pretrainer run = Pretrainer.Create(_tiny.At("run"), images, TinyRun.Recipe("pretext=labels"));

        Assert.Throws<ImageSetException>(() => run.Run(Stop));

        Assert.False(Directory.Exists(_tiny.At("run")));
    }

    [Fact]
    public void Create_RecipeThatCannotWork_IsRefusedBeforeAFolderIsMade()
    {
        using ImageSet images = ImageSet.Open([_tiny.Images]);

        Assert.Throws<RecipeException>(
            () => Pretrainer.Create(_tiny.At("run"), images, TinyRun.Recipe() with { BatchPerRank = 1 }));

        Assert.False(Directory.Exists(_tiny.At("run")));
    }

    [Fact]
    public void Run_Logger_HearsEventsWithTheirValues()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        _tiny.WriteDamagedImage("0003.png");

        _tiny.Run(folder);

        (LogLevel Level, EventId Id, IReadOnlyDictionary<string, object?> Values) skipped =
            _tiny.Log.Entries.Single(entry => entry.Id.Name == "ImagesWereSkipped");
        Assert.Equal((LogLevel.Warning, 1), (skipped.Level, skipped.Values["Count"]));
        Assert.Equal(folder.Skipped, skipped.Values["List"]);
        Assert.Single(_tiny.Log, $"weights written to {folder.Weights}");
        Assert.Equal(_tiny.Log.Entries.Count, _tiny.Log.Entries.Count(entry => entry.Id.Id is > 100 and < 200));
    }

    public void Dispose() => _tiny.Dispose();

    private sealed class Patterns : IImageSource
    {
        public string Name => "patterns";

        public int Count => 12;

        public string NameOf(int index) => $"pattern {index}";

        public RgbImage Load(int index, DecodeTarget target) => TestImages.Pattern(20, 20, index);
    }
}
