using SpotArtifacts.Checkpoints;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class PretrainerResumeTests : IDisposable
{
    private const string History = "spotting.history_size=6";
    private const string NoHistory = "spotting.history_size=0";
    private readonly TinyRun _tiny = new();

    [Theory]
    [InlineData(AutoencodingStage.Name, 3, NoHistory)]
    [InlineData(AutoencodingStage.Name, 5, NoHistory)]
    [InlineData(SpottingStage.Name, 1, NoHistory)]
    [InlineData(SpottingStage.Name, 4, NoHistory)]
    [InlineData(SpottingStage.Name, 3, History)]
    [InlineData(SpottingStage.Name, 5, History)]
    public void Run_StoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(string stage, long step, string history)
    {
        Recipe recipe = TinyRun.Recipe(history);
        RunFolder whole = _tiny.Create("whole", recipe), stopped = _tiny.Create("stopped", recipe);
        _tiny.Run(whole);

        _tiny.RunUntil(stopped, stage, step);
        Checkpoint checkpoint = Checkpoint.Read(stopped.Checkpoint);
        Assert.Equal((stage, step), (checkpoint.GetText("stage"), checkpoint.GetNumber("step")));
        Assert.False(File.Exists(stopped.Weights));
        _tiny.Run(RunFolder.Open(stopped.Path));

        TinyRun.AssertSame(whole, stopped);
    }

    [Theory]
    [InlineData(AutoencodingStage.Name, 3)]
    [InlineData(SpottingStage.Name, 3)]
    public void Run_Bfloat16StoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(string stage, long step)
    {
        RunFolder whole = _tiny.Create("whole", TinyRun.Recipe(), precision: "bf16"),
        stopped = _tiny.Create("stopped", TinyRun.Recipe(), precision: "bf16"), exact = _tiny.Create("exact", TinyRun.Recipe());
        _tiny.Run(whole);
        _tiny.Run(exact);

        _tiny.RunUntil(stopped, stage, step);
        _tiny.Run(RunFolder.Open(stopped.Path));

        TinyRun.AssertSame(whole, stopped);
        Assert.NotEqual(TinyRun.Metrics(exact), TinyRun.Metrics(whole));
        Assert.Contains("trained on cpu in bf16", _tiny.Log);
    }

    // More steps than a period of the controller, stopped within one.
    [Theory]
    [InlineData(50)]
    [InlineData(53)]
    public void Run_BalancedStoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(long step)
    {
        Recipe recipe = TinyRun.Recipe("autoencoding.steps=1", "spotting.steps=55", "spotting.balance=0.65",
            "recording.checkpoint_every=100", "spotting.mask_weight_end=1", "damage.drop_rate_end=0.3", "damage.block=2");
        RunFolder whole = _tiny.Create("whole", recipe), stopped = _tiny.Create("stopped", recipe);
        _tiny.Run(whole);

        _tiny.RunUntil(stopped, SpottingStage.Name, step);
        _tiny.Run(RunFolder.Open(stopped.Path));

        TinyRun.AssertSame(whole, stopped);
        string last = TinyRun.Metrics(whole)[^1];
        Assert.Contains("\"balance.right\":0.", last, StringComparison.Ordinal);
        Assert.DoesNotContain("\"balance.repair_factor\":1,", last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("game")]
    [InlineData("clean")]
    [InlineData("raw")]
    [InlineData("raw", "spotting.instance_weight=1")]
    [InlineData("all", "spotting.instance_weight=1", "batch_per_rank=8", "spotting.game_from=0.7")]
    [InlineData("all", "spotting.game_every=2", "spotting.balance=0.65")]
    [InlineData("all", "spotting.game_from=0.7", "spotting.balance=0.65")]
    public void Run_RotationAskedStoppedAndResumed_GivesTheBytesOfAnUninterruptedRun(string images, params string[] more)
    {
        Recipe recipe = TinyRun.Recipe(["spotting.rotation_weight=1", $"spotting.rotation_images={images}", .. more]);
        RunFolder whole = _tiny.Create("whole", recipe), stopped = _tiny.Create("stopped", recipe);
        _tiny.Run(whole);

        _tiny.RunUntil(stopped, SpottingStage.Name, 3);
        _tiny.Run(RunFolder.Open(stopped.Path));

        TinyRun.AssertSame(whole, stopped);
        Assert.Contains("loss.rotation", TinyRun.Metrics(whole)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_StoppedAtEveryStep_GivesTheBytesOfAnUninterruptedRun()
    {
        Recipe recipe = TinyRun.Recipe("autoencoding.steps=2", "spotting.steps=3", History);
        RunFolder whole = _tiny.Create("whole", recipe), stopped = _tiny.Create("stopped", recipe);
        _tiny.Run(whole);

        for (int step = 1; step <= 2; step++)
            _tiny.RunUntil(stopped, AutoencodingStage.Name, step);
        for (int step = 1; step <= 3; step++)
            _tiny.RunUntil(stopped, SpottingStage.Name, step);
        _tiny.Run(stopped);

        TinyRun.AssertSame(whole, stopped);
    }

    [Theory]
    [InlineData(AutoencodingStage.Name, 1, NoHistory)]
    [InlineData(AutoencodingStage.Name, 4, NoHistory)]
    [InlineData(SpottingStage.Name, 2, NoHistory)]
    [InlineData(SpottingStage.Name, 4, History)]
    public void Run_KilledAndResumed_GivesTheBytesOfAnUninterruptedRun(string stage, long step, string history)
    {
        Recipe recipe = TinyRun.Recipe(history);
        RunFolder whole = _tiny.Create("whole", recipe), killed = _tiny.Create("killed", recipe);
        _tiny.Run(whole);

        _tiny.RunUntilKilled(killed, stage, step);
        File.AppendAllText(killed.Metrics, $$"""{"stage":"{{stage}}","step":{{step}},"loss.rec""");
        string[] leftovers = [killed.Checkpoint + ".7.1.tmp", killed.File("samples", "spotting-0000005.png.7.1.tmp"),
            killed.Metrics + ".7.1.tmp"];
        foreach (string leftover in leftovers)
            File.WriteAllText(leftover, "half");
        _tiny.Run(killed);

        TinyRun.AssertSame(whole, killed);
        Assert.DoesNotContain(leftovers, File.Exists);
    }

    [Fact]
    public void Run_Finished_SaysSoAndChangesNothing()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("autoencoding.steps=1", "spotting.steps=1"));
        _tiny.Run(folder);
        Dictionary<string, DateTime> before = WriteTimes(folder);
        _tiny.Log.Clear();
        Directory.Delete(_tiny.Images, recursive: true);

        _tiny.Run(folder);

        Assert.Contains("finished", Assert.Single(_tiny.Log), StringComparison.Ordinal);
        Assert.Equal(before, WriteTimes(folder));
    }

    [Fact]
    public void Run_KilledBeforeTheWeightsWereWritten_WritesThem()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("autoencoding.steps=1", "spotting.steps=1"));
        _tiny.Run(folder);
        byte[] weights = File.ReadAllBytes(folder.Weights);
        File.Delete(folder.Weights);

        _tiny.Run(folder);

        Assert.True(weights.AsSpan().SequenceEqual(File.ReadAllBytes(folder.Weights)));
    }

    [Fact]
    public void Run_ImagesHaveMoved_SaysWhichPath()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        _tiny.RunUntil(folder, AutoencodingStage.Name, 1);
        Directory.Move(_tiny.Images, _tiny.At("moved"));

        Assert.Contains(_tiny.Images, Assert.ThrowsAny<SpotException>(() => _tiny.Run(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ImageAdded_SaysWhichAndGoesOnWhenToldTo()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        _tiny.RunUntil(folder, AutoencodingStage.Name, 3);
        File.Copy(Path.Combine(_tiny.Images, "0000.png"), Path.Combine(_tiny.Images, "new.png"));

        string message = Assert.Throws<SpotException>(() => _tiny.Run(folder)).Message;

        Assert.Contains("not those the run began with: 1 added (new.png)", message, StringComparison.Ordinal);
        Assert.Contains($"spot resume {folder.Path} --accept-changed-images", message, StringComparison.Ordinal);
        _tiny.Run(folder, new ResumeOptions { AcceptChangedImages = true });
        Assert.True(File.Exists(folder.Weights));
        Assert.Contains("new.png", File.ReadAllText(folder.ImageList), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ImagesHaveMovedAndArePointedTo_GivesTheBytesOfAnUninterruptedRun()
    {
        RunFolder whole = _tiny.Create("whole", TinyRun.Recipe()), stopped = _tiny.Create("stopped", TinyRun.Recipe());
        _tiny.Run(whole);
        _tiny.RunUntil(stopped, SpottingStage.Name, 3);
        Directory.Move(_tiny.Images, _tiny.At("moved"));

        _tiny.Run(stopped, new ResumeOptions { Images = [_tiny.At("moved")] });

        TinyRun.AssertSame(whole, stopped);
        Assert.Equal([_tiny.At("moved")], stopped.ReadDescription().Images);
    }

    [Fact]
    public void Run_ImagesOfAQuarantineListHaveMoved_GoesOnWithAListOfTheirNewPlaces()
    {
        ImageSetOptions reading = new() { QuarantineList = _tiny.At("before.txt"), Exclude = ["0001.*"] };
        File.WriteAllText(_tiny.At("before.txt"), Path.Combine(_tiny.Images, "0000.png") + "\n");
        File.WriteAllText(_tiny.At("now.txt"), _tiny.At("moved/0000.png") + "\n");
        RunFolder folder = RunFolder.Create(
            _tiny.At("run"), TinyRun.Recipe(), RunFolder.Describe([_tiny.Images], null).With(reading));
        _tiny.RunUntil(folder, AutoencodingStage.Name, 3);
        Directory.Move(_tiny.Images, _tiny.At("moved"));

        string message = Assert.Throws<SpotException>(
            () => _tiny.Run(folder, new ResumeOptions { Images = [_tiny.At("moved")] })).Message;

        Assert.EndsWith("--images PATH... --quarantine FILE", message, StringComparison.Ordinal);
        _tiny.Run(folder, new ResumeOptions { Images = [_tiny.At("moved")], Quarantine = _tiny.At("now.txt") });
        Assert.Equal(16, File.ReadAllLines(folder.ImageList).Length);
        Assert.Equal((_tiny.At("now.txt"), "0001.*"),
            (folder.ReadDescription().Quarantine, folder.ReadDescription().Exclude.Single()));
    }

    [Fact]
    public void Run_CheckpointIsGone_StopsUnlessToldToBeginAnew()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        _tiny.RunUntil(folder, AutoencodingStage.Name, 3);
        Directory.Delete(folder.File("checkpoints"), recursive: true);

        string message = Assert.Throws<SpotException>(() => _tiny.Run(folder)).Message;

        Assert.StartsWith($"{folder.Checkpoint} is missing", message, StringComparison.Ordinal);
        _tiny.Run(folder, new ResumeOptions { FromStart = true });
        Assert.True(File.Exists(folder.Weights));
    }

    [Fact]
    public void Run_CheckpointOfAFinishedRunIsGone_KeepsTheWeights()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("autoencoding.steps=1", "spotting.steps=1"));
        _tiny.Run(folder);
        File.Delete(folder.Checkpoint);

        string message = Assert.Throws<SpotException>(
            () => _tiny.Run(folder, new ResumeOptions { FromStart = true })).Message;

        Assert.Contains(folder.Weights, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_EmptyFoldersWereLeftOutOfACopy_MakesThem()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("recording.samples_every=1"));
        _tiny.RunUntil(folder, AutoencodingStage.Name, 1);
        Directory.Delete(folder.Samples, recursive: true);

        _tiny.Run(folder);

        Assert.NotEmpty(Directory.GetFiles(folder.Samples));
    }

    [Fact]
    public void Run_CheckpointOfAnotherRecipe_NamesTensorAndShapes()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        _tiny.RunUntil(folder, AutoencodingStage.Name, 1);
        RecipeFile.Write(TinyRun.Recipe("network.stem_width=6"), folder.File(RunFolder.RecipeName));

        string message = Assert.Throws<CheckpointException>(() => _tiny.Run(folder)).Message;

        Assert.Equal(
            $"{folder.Checkpoint}: tensor encoder.stem.conv.weight has shape [8, 3, 3, 3], the network needs [6, 3, 3, 3]",
            message);
    }

    [Fact]
    public void Run_AutoencoderOfAnotherRun_SkipsStageOneAndKeepsItsWeights()
    {
        RunFolder source = _tiny.Create("source", TinyRun.Recipe("spotting.steps=1"));
        _tiny.Run(source);
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("seed=5"), source.Weights);

        _tiny.RunUntilKilled(folder, SpottingStage.Name, 1);
        _tiny.RunUntil(folder, SpottingStage.Name, 3);
        _tiny.Run(folder);

        Assert.All(TinyRun.Metrics(folder), line => Assert.Contains("spotting", line, StringComparison.Ordinal));
        Assert.Equal(Stem(source), Stem(folder));
    }

    public void Dispose() => _tiny.Dispose();

    private static Dictionary<string, DateTime> WriteTimes(RunFolder folder) =>
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, File.GetLastWriteTimeUtc);

    private static float[] Stem(RunFolder folder) =>
        SafetensorsFile.Read(folder.Weights).Tensors["encoder.stem.conv.weight"].Floats().ToArray();
}
