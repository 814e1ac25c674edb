using System.Text.Json;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>The commands that use a trained network, over one very small run.</summary>
public sealed class FeatureCommandsTests : IClassFixture<FeatureCommandsTests.TrainedRun>
{
    private readonly TrainedRun _run;

    public FeatureCommandsTests(TrainedRun run) => _run = run;

    [Fact]
    public async Task Features_WeightsAlone_WritesTheFileAndPrintsItsPath()
    {
        string path = _run.At("features.npy");

        CommandLineRun run = await CommandLineRun.Of("features", _run.Weights, "--images", _run.Images, "--out", path, "--layer", "conv3", "--full", "--quiet");

        Assert.Equal((0, path + Environment.NewLine, ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(128 + 12 * 48 * 4 * 4 * 4, new FileInfo(path).Length);
        Assert.Equal(12, File.ReadAllLines(_run.At("features.names.txt")).Length);
        CommandLineRun again = await CommandLineRun.Of("features", _run.Weights, "--images", _run.Images, "--out", path, "--quiet");
        Assert.Equal(ExitCodes.Failure, again.ExitCode);
        Assert.Contains("never overwritten", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_UnknownEndingOrLayer_SaysWhichThereAre()
    {
        CommandLineRun ending = await CommandLineRun.Of("features", _run.Weights, "--images", _run.Images, "--out", _run.At("features.txt"));
        CommandLineRun layer = await CommandLineRun.Of("features", _run.Weights, "--images", _run.Images, "--out", _run.At("x.npy"), "--layer", "fc6");

        Assert.Equal((ExitCodes.Failure, $"spot: {_run.At("features.txt")}: a file of features ends in .npy, .csv or .safetensors{Environment.NewLine}"), (ending.ExitCode, ending.Error));
        Assert.Equal(ExitCodes.Usage, layer.ExitCode);
        Assert.Contains("conv5", layer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_OwnGallery_FindsTheQueryItselfAndDrawsASheet()
    {
        string index = _run.At("gallery.index"), sheet = _run.At("sheet.png");
        CommandLineRun made = await CommandLineRun.Of("search", "index", _run.Folder, "--images", _run.Images, "--out", index, "--layer", "conv2", "--half", "--quiet");

        CommandLineRun run = await CommandLineRun.Of("search", "query", _run.Folder, "--index", index, "--images", _run.Images, "--top", "2", "--json", "--sheet", sheet, "--quiet");

        Assert.Equal(("", 0, ""), (made.Error, run.ExitCode, run.Error));
        using var json = JsonDocument.Parse(run.Output);
        Assert.InRange(json.RootElement.GetProperty("precision").GetDouble(), 0.5, 1);
        JsonElement query = json.RootElement.GetProperty("queries")[0];
        Assert.Equal(query.GetProperty("query").GetString(), query.GetProperty("found")[0].GetProperty("name").GetString());
        Assert.True(new FileInfo(sheet).Length > 1000);
        CommandLineRun table = await CommandLineRun.Of("search", "query", _run.Folder, "--index", index, "--images", _run.Images, "--top", "1", "--quiet");
        Assert.EndsWith($"precision at 1: 100.0 % of 12 queries' images found have the query's label{Environment.NewLine}", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplicates_ACopy_IsListedAndQuarantined()
    {
        string copies = _run.At("copies"), list = _run.At("copies.txt");
        Directory.CreateDirectory(copies);
        foreach (string name in (string[])["1.png", "2.png"]) File.Copy(Directory.EnumerateFiles(_run.Images, "3.png", SearchOption.AllDirectories).Single(), Path.Combine(copies, name));

        CommandLineRun run = await CommandLineRun.Of("duplicates", _run.Folder, "--images", copies, "--quarantine", list, "--sheet", _run.At("copies.png"), "--quiet");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"exact    {Path.Combine(copies, "1.png")} = {Path.Combine(copies, "2.png")}", run.Output, StringComparison.Ordinal);
        Assert.Equal($"{Path.Combine(copies, "2.png")}\tduplicate of {Path.Combine(copies, "1.png")} (exact)\n", File.ReadAllText(list));
        Assert.True(File.Exists(_run.At("copies.png")));
    }

    [Theory]
    [InlineData("map.csv")]
    [InlineData("map.json")]
    public async Task Map_Images_DrawsThemAndWritesTheirPlaces(string coordinates)
    {
        CommandLineRun run = await CommandLineRun.Of("map", _run.Folder, "--images", _run.Images, "--out", _run.At("map.png"), "--method", "pca", "--grid", "--thumbnail", "16", "--coordinates", _run.At(coordinates), "--quiet");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(new FileInfo(_run.At("map.png")).Length > 100);
        string text = File.ReadAllText(_run.At(coordinates));
        if (coordinates.EndsWith(".csv", StringComparison.Ordinal)) Assert.Equal(13, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        else Assert.Equal(12, JsonDocument.Parse(text).RootElement.GetArrayLength());
    }

    /// <summary>A run of one step for each stage, shared by the tests.</summary>
    public sealed class TrainedRun : IAsyncLifetime
    {
        private readonly ImageFolder _folder = new();

        internal string Folder => At("run");

        internal string Weights => At("alone.safetensors");

        internal string Images => _folder.Images;

        internal string At(string name) => _folder.At(name);

        public async ValueTask InitializeAsync()
        {
            CommandLineRun run = await CommandLineRun.Of(_folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=1"));
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            File.Copy(At("run/weights.safetensors"), Weights);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
