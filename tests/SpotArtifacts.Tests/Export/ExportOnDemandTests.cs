using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Tests.Pretraining;

namespace SpotArtifacts.Tests.Export;

public sealed class ExportOnDemandTests : IDisposable
{
    private readonly TinyWeights _tiny = new();
    private readonly LogLines _said = [];

    [Fact]
    public void OpenModel_RunFolder_KeepsTheModelUntilTheWeightsChange()
    {
        string kept = Path.Combine(Run(), "model.onnx");

        string network = Open(Run());
        DateTime written = File.GetLastWriteTimeUtc(kept);
        File.SetLastWriteTimeUtc(kept, written.AddDays(-1));
        string again = Open(Run());
        DateTime untouched = File.GetLastWriteTimeUtc(kept);
        File.Copy(_tiny.Write("other.safetensors", Presets.Get("fix32") with { Seed = 2 }),
            Path.Combine(Run(), "weights.safetensors"), overwrite: true);
        string other = Open(Run());

        Assert.Equal((network, written.AddDays(-1)), (again, untouched));
        Assert.NotEqual(network, other);
        Assert.Equal(other, ModelFile.Open(kept).Metadata.Description.Network);
        Assert.Empty(_said);
    }

    [Fact]
    public void OpenModel_Averages_AreAFileOfTheirOwn()
    {
        string last = Open(Run()), averages = Open(Run(), averaged: true);

        Assert.NotEqual(last, averages);
        Assert.Equal((last, averages), (Network("model.onnx"), Network("model-ema.onnx")));
        string Network(string name) => ModelFile.Open(Path.Combine(Run(), name)).Metadata.Description.Network;
    }

    [Fact]
    public void OpenModel_WeightsOfARunNamedAlone_AreTheRuns()
    {
        Assert.Equal(Open(Run()), Open(Path.Combine(Run(), "weights.safetensors")));
        Assert.True(File.Exists(Path.Combine(Run(), "model.onnx")));
    }

    [Fact]
    public void OpenModel_WeightsAlone_WriteNothing()
    {
        Assert.Equal(32, Open(_tiny.Weights).Length);
        Assert.Equal(["weights.safetensors"], Directory.EnumerateFileSystemEntries(_tiny.At(".")).Select(Path.GetFileName));
    }

    [Fact]
    public void OpenModel_FolderThatCannotBeWrittenTo_StillOpens()
    {
        // A folder in the place of the file: refused whoever the user is.
        Directory.CreateDirectory(Path.Combine(Run(), "model.onnx", "in-the-way"));

        Assert.Equal(Open(_tiny.Weights), Open(Run()));
        Assert.DoesNotContain(Directory.EnumerateFiles(Run()), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void OpenModel_DamagedModelInTheRun_IsMadeAnew()
    {
        string network = Open(Run()), kept = Path.Combine(Run(), "model.onnx");
        File.WriteAllBytes(kept, File.ReadAllBytes(kept)[..1000]);

        Assert.Equal(network, Open(Run()));
        Assert.Equal(network, ModelFile.Open(kept).Metadata.Description.Network);
    }

    [Fact]
    public void OpenModel_UnfinishedRun_SaysSoEveryTime()
    {
        using var tiny = new TinyRun();
        RunFolder run = tiny.Create("run", TinyRun.Recipe());
        tiny.RunUntil(run, SpottingStage.Name, 3);

        Open(run.Path);
        Open(run.Path);

        Assert.Equal(2, _said.Count(line => line == "the run is not finished; its checkpoint of step 3 is used"));
    }

    [Fact]
    public void OpenModel_ExportedModel_IsTaken()
    {
        string file = _tiny.At("model.onnx");
        OnnxExport.Write(TrainedWeights.Open(_tiny.Weights), file, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(Open(_tiny.Weights), Open(file));
        Assert.Contains("export the run again with --ema", Assert.Throws<SpotException>(() => Open(file, averaged: true)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OpenModel_AveragesThatAreNotThere_AreRefused()
    {
        string file = _tiny.Write("plain.safetensors", Presets.Get("fix32"), averages: false);

        Assert.Contains($"{file} holds no moving averages",
            Assert.Throws<SpotException>(() => Open(file, averaged: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenModel_NothingThere_NamesThePath() =>
        Assert.Contains(
            _tiny.At("absent"), Assert.Throws<SpotException>(() => Open(_tiny.At("absent"))).Message, StringComparison.Ordinal);

    [Fact]
    public void RandomModel_Recipe_IsWhatTrainingStartsFrom()
    {
        using SpotModel random = ExportOnDemand.RandomModel(Presets.Get("fix32") with { Seed = 1 });

        Assert.Equal(Open(_tiny.Weights), random.Description.Network);
        Assert.Equal(0, random.Description.Training.Steps);
    }

    [Fact]
    public void OpenInspector_Weights_InspectLikeTheRun()
    {
        RgbImage image = BlockImages.Draw(1);
        using ArtifactInspector run = ExportOnDemand.OpenInspector(Run()), file = ExportOnDemand.OpenInspector(_tiny.Weights);

        Assert.Equal(run.Inspect(image).Repaired, file.Inspect(image).Repaired);
    }

    public void Dispose() => _tiny.Dispose();

    // A run folder as a finished run leaves it.
    private string Run()
    {
        string run = _tiny.At("run"), weights = Path.Combine(run, "weights.safetensors");
        if (File.Exists(weights))
            return run;
        Directory.CreateDirectory(run);
        RecipeFile.Write(Presets.Get("fix32"), Path.Combine(run, RunFolder.RecipeName));
        File.Copy(_tiny.Weights, weights);
        return run;
    }

    private string Open(string path, bool averaged = false)
    {
        // A layer by name: these runs have no images.
        using SpotModel model = ExportOnDemand.OpenModel(
            path, new SpotModelOptions { Layer = FeatureLayer.Conv2, Threads = 1 }, averaged, _said);
        return model.Description.Network;
    }
}
