using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RunFolderTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    [Fact]
    public void Create_FolderThatIsNotEmpty_RefusesAndNamesFolderAndResume()
    {
        Directory.CreateDirectory(_tiny.At("run"));
        File.WriteAllText(_tiny.At("run/notes.txt"), "mine");

        string message = Assert.Throws<SpotException>(() => _tiny.Create("run", TinyRun.Recipe())).Message;

        Assert.Contains(_tiny.At("run"), message, StringComparison.Ordinal);
        Assert.Contains($"spot resume {_tiny.At("run")}", message, StringComparison.Ordinal);
        Assert.Equal([_tiny.At("run/notes.txt")], Directory.GetFileSystemEntries(_tiny.At("run")));
    }

    [Fact]
    public void Create_PathOfAFile_Refuses()
    {
        File.WriteAllText(_tiny.At("run"), "mine");

        Assert.Contains("is no folder; name another",
            Assert.Throws<OutputException>(() => _tiny.Create("run", TinyRun.Recipe())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_EmptyFolder_IsTaken()
    {
        Directory.CreateDirectory(_tiny.At("run"));
        Recipe recipe = TinyRun.Recipe("seed=9");

        RunFolder folder = _tiny.Create("run", recipe);

        Assert.Equal(RecipeFile.ToYaml(recipe), RecipeFile.ToYaml(RunFolder.Open(folder.Path).ReadRecipe()));
        Assert.Equal([_tiny.Images], folder.ReadDescription().Images);
        Assert.Equal(NativeEngine.ThreadCount, folder.ReadDescription().Threads);
    }

    [Fact]
    public void ReadRecipe_OfAnEarlierVersion_DoesNotGetWhatPresetsSetSince()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("spotting.balance=0"));
        string written = File.ReadAllText(folder.File(RunFolder.RecipeName));
        string earlier = written.Replace("preset: fix32", "preset: tiny32", StringComparison.Ordinal)
            .Replace("  balance: 0\n", "", StringComparison.Ordinal);
        Assert.DoesNotContain("balance", earlier, StringComparison.Ordinal);
        File.WriteAllText(folder.File(RunFolder.RecipeName), earlier);

        Assert.NotEqual(0, Presets.Get("tiny32").Spotting.Balance);
        Assert.Equal(0, folder.ReadRecipe().Spotting.Balance);
    }

    [Fact]
    public void Open_FolderWithoutRecipe_SaysWhatIsMissingAndHowRunsAreMade()
    {
        string message = Assert.Throws<SpotException>(() => RunFolder.Open(_tiny.Images)).Message;

        Assert.Contains($"{_tiny.Images} is not a run folder: it has no recipe.resolved.yaml", message, StringComparison.Ordinal);
        Assert.Contains("spot pretrain", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"images\": [")]
    [InlineData("{\"images\": [\"a\"]}")]
    public void ReadDescription_MissingOrMalformed_NamesTheFile(string? content)
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        File.Delete(folder.File("run.json"));
        if (content is not null)
            File.WriteAllText(folder.File("run.json"), content);

        Assert.Contains(folder.File("run.json"), Assert.Throws<SpotException>(folder.ReadDescription).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FolderThatIsBeingTrainedIn_IsRefused()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        using RunLock other = RunLock.Take(folder);

        string message = Assert.Throws<SpotException>(() => _tiny.Run(folder)).Message;

        Assert.Contains($"{folder.Path}: another process", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FewerImagesThanABatch_SaysBothNumbers()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("batch_per_rank=19"));

        string message = Assert.ThrowsAny<SpotException>(() => _tiny.Run(folder)).Message;

        Assert.Contains("18 of 18", message, StringComparison.Ordinal);
        Assert.Contains("19 of one batch", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TooManyDamagedImages_NamesThem()
    {
        _tiny.WriteDamagedImage("bad.png");
        _tiny.WriteDamagedImage("worse.png");
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());

        string message = Assert.Throws<ImageSetException>(() => _tiny.Run(folder)).Message;

        Assert.Contains("2 of 20 images are damaged, more than the one tolerated", message, StringComparison.Ordinal);
        Assert.Contains("bad.png", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OneDamagedImageInAHundred_IsNamedInSkipped()
    {
        using var tiny = new TinyRun(images: 100);
        tiny.WriteDamagedImage("bad.png");
        RunFolder folder = tiny.Create("run", TinyRun.Recipe("autoencoding.steps=26", "spotting.steps=1"));

        tiny.Run(folder);

        Assert.StartsWith(Path.Combine(tiny.Images, "bad.png") + "\t", Assert.Single(File.ReadAllLines(folder.Skipped)),
            StringComparison.Ordinal);
        Assert.Contains(tiny.Log, line => line.Contains(folder.Skipped, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_AbsurdLearningRate_StopsAndLeavesASoundCheckpoint()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe(
            "autoencoding.steps=200", "autoencoding.learning_rate=1", "autoencoding.reconstruction_weight=1e6",
            "optimizer.beta2=0",
            "optimizer.epsilon=1e-30", "optimizer.weight_decay=1", "network.dropout=0", "spotting.steps=400",
            "spotting.learning_rate=1", "spotting.repair_learning_rate=1", "recording.checkpoint_every=1",
            "recording.metrics_every=1000"));

        Exception? stopped = Record.Exception(() => _tiny.Run(folder));

        // Whether it diverges is the arithmetic's affair; that nothing unsound is kept is this code's.
        if (stopped is not null)
            Assert.Contains("learning rate", Assert.IsType<SpotException>(stopped).Message, StringComparison.Ordinal);
        Assert.Null(Checkpoint.Read(folder.Checkpoint).FindNonFinite());
    }

    public void Dispose() => _tiny.Dispose();
}
