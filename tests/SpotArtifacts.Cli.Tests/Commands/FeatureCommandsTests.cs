using System.Text.Json;
using SpotArtifacts.Cli.Commands;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>The commands that use a trained network, over one very small run.</summary>
public sealed partial class FeatureCommandsTests : IClassFixture<FeatureCommandsTests.TrainedRun>
{
    private readonly TrainedRun _run;

    public FeatureCommandsTests(TrainedRun run) => _run = run;

    [Fact]
    public async Task Features_WeightsAlone_WritesTheFileAndPrintsItsPath()
    {
        string path = _run.At("features.npy");

        CommandLineRun run = await CommandLineRun.Of(
            "features", _run.Weights, "--images", _run.Images, "--out", path, "--layer", "conv3", "--full", "--quiet");

        Assert.Equal((0, path + Environment.NewLine, ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(128 + 12 * 48 * 4 * 4 * 4, new FileInfo(path).Length);
        Assert.Equal(12, File.ReadAllLines(_run.At("features.names.txt")).Length);
        CommandLineRun again = await CommandLineRun.Of(
            "features", _run.Weights, "--images", _run.Images, "--out", path, "--quiet");
        Assert.Equal(ExitCodes.Failure, again.ExitCode);
        Assert.Contains("never overwritten", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_BFloat16_IsNearAndTheFileSaysSo()
    {
        string exact = _run.At("exact.safetensors"), half = _run.At("half.safetensors");
        await CommandLineRun.Of("features", _run.Weights, "--images", _run.Images, "--out", exact, "--quiet");

        CommandLineRun run = await CommandLineRun.Of(
            "features", _run.Weights, "--images", _run.Images, "--out", half, "--precision", "bf16", "--quiet");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using MappedSafetensors expected = MappedSafetensors.Open(exact), found = MappedSafetensors.Open(half);
        Assert.False(expected.Header.Metadata.ContainsKey("computed"));
        Assert.Equal("bf16 on cpu", found.Header.Metadata["computed"]);
        float[] a = new float[expected.DataLength / sizeof(float)], b = new float[a.Length];
        expected.Read("features", 0, a.AsSpan());
        found.Read("features", 0, b.AsSpan());
        Assert.InRange(a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max() / a.Max(Math.Abs), 1e-6, 0.05);
    }

    [Fact]
    public void Log_Result_SaysWhatWasWaitedFor()
    {
        using StringWriter said = new() { NewLine = "\n" };
        using SpotModel model = ExportOnDemand.OpenModel(_run.Weights, new SpotModelOptions { Threads = 1 });

        FeaturesCommand.Log(new FeatureExtractionResult(12, [new("a.png", "cut")], 0.6, 0.25), model, new WrittenMessages(said));

        Assert.Equal(
            ["left out: a.png: cut",
                $"12 rows of {model.Dimensions} (conv2, grid), 1 damaged images left out; of the time 60 % waited for images, "
                + "25 % for the network, 15 % for what is written"], said.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Features_ExportedModelInAnotherPrecision_SaysWhatToName()
    {
        string model = _run.At("exported.onnx");
        await CommandLineRun.Of("export", _run.Weights, "--format", "onnx", "--out", model, "--quiet");

        CommandLineRun run = await CommandLineRun.Of(
            "features", model, "--images", _run.Images, "--out", _run.At("no.npy"), "--precision", "bf16", "--quiet");

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("name the run folder or its weights", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_UnknownEndingOrLayer_SaysWhichThereAre()
    {
        CommandLineRun ending = await CommandLineRun.Of(
            "features", _run.Weights, "--images", _run.Images, "--out", _run.At("features.txt"));
        CommandLineRun layer = await CommandLineRun.Of(
            "features", _run.Weights, "--images", _run.Images, "--out", _run.At("x.npy"), "--layer", "fc6");

        Assert.Equal(
            (ExitCodes.Failure,
            $"spot: {_run.At("features.txt")}: a file of features ends in .npy, .csv, .safetensors or .parquet"),
            (ending.ExitCode, ending.Error.TrimEnd()));
        Assert.Equal(ExitCodes.Usage, layer.ExitCode);
        Assert.Contains("conv5", layer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_EnlargedCopies_FindsTheirOriginalsAndCountsTheirLabels()
    {
        string index = _run.At("gallery.index"), sheet = _run.At("sheet.png"), queries = _run.At("queries");
        CommandLineRun made = await CommandLineRun.Of(
            "search", "index", _run.Folder, "--images", _run.Images, "--out", index, "--layer", "conv2", "--half", "--quiet");
        // Image 3 is of class 1 and image 6 of class 0; the second copy stands under the wrong one.
        WriteEnlarged("1/3.png", Path.Combine(queries, "1", "copy of 3.png"));
        WriteEnlarged("0/6.png", Path.Combine(queries, "1", "copy of 6.png"));

        CommandLineRun run = await CommandLineRun.Of("search", "query", _run.Folder, "--index", index, "--images", queries,
            "--top", "1", "--json", "--sheet", sheet, "--quiet");

        Assert.Equal(("", 0, ""), (made.Error, run.ExitCode, run.Error));
        using var json = JsonDocument.Parse(run.Output);
        static string? Name(JsonElement name) => Path.GetFileName(name.GetString());
        string[] found = [.. json.RootElement.GetProperty("queries").EnumerateArray().Select(query =>
            $"{Name(query.GetProperty("query"))}: {Name(query.GetProperty("found")[0].GetProperty("name"))}")];
        Assert.Equal(["copy of 3.png: 3.png", "copy of 6.png: 6.png"], found);
        Assert.True(new FileInfo(sheet).Length > 1000);
    }

    [Fact]
    public async Task Search_QueriesWithLabels_SaysHowOftenTheyAgree()
    {
        string index = _run.At("labelled.index"), queries = _run.At("labelled");
        await CommandLineRun.Of("search", "index", _run.Folder, "--images", _run.Images, "--out", index, "--quiet");
        // Two classes, of which image 3 is in the right one and image 6 in the wrong one.
        WriteEnlarged("0/2.png", Path.Combine(queries, "0", "2.png"));
        WriteEnlarged("1/3.png", Path.Combine(queries, "1", "3.png"));
        WriteEnlarged("1/5.png", Path.Combine(queries, "1", "5.png"));
        WriteEnlarged("0/6.png", Path.Combine(queries, "1", "6.png"));

        CommandLineRun table = await CommandLineRun.Of(
            "search", "query", _run.Folder, "--index", index, "--images", queries, "--top", "1", "--quiet");

        Assert.EndsWith($"precision at 1: 75.0 % of 4 queries' images found have the query's label{Environment.NewLine}",
            table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_ExportedModel_AreTheRuns()
    {
        string model = _run.At("mine.onnx"), fromRun = _run.At("from-run.npy"), fromModel = _run.At("from-model.npy");
        Assert.Equal(0, (await CommandLineRun.Of("export", _run.Folder, "--format", "onnx", "--out", model)).ExitCode);

        foreach ((string network, string file) in ((string, string)[])[(_run.Folder, fromRun), (model, fromModel)])
            Assert.Equal(
                0, (await CommandLineRun.Of("features", network, "--images", _run.Images, "--out", file, "--quiet")).ExitCode);

        Assert.Equal(File.ReadAllBytes(fromRun), File.ReadAllBytes(fromModel));
    }

    [Theory]
    [InlineData("rotation", "telling how images are turned")]
    [InlineData("labels", "telling labels apart")]
    public async Task Everything_NetworkOfABaseline_WorksButInspection(string pretext, string purpose)
    {
        string run = _run.At(pretext), index = _run.At($"{pretext}.index");
        await Succeed("pretrain", "--quiet", "--images", _run.Images, "--out", run, "--preset", "fix32", "--pretext", pretext,
            "--set", "batch_per_rank=4", "--set", "spotting.steps=1");

        await Succeed("features", run, "--images", _run.Images, "--out", _run.At($"{pretext}.npy"), "--ema", "--quiet");
        await Succeed("search", "index", run, "--images", _run.Images, "--out", index, "--quiet");
        await Succeed("search", "query", run, "--index", index, "--images", _run.Images, "--quiet");
        await Succeed("duplicates", run, "--images", _run.Images, "--quiet");
        await Succeed("map", run, "--images", _run.Images, "--out", _run.At($"{pretext}.png"), "--method", "pca", "--quiet");
        CommandLineRun export = await CommandLineRun.Of(
            "export", run, "--format", "onnx", "--out", _run.At($"{pretext}.onnx"));
        Assert.Equal(0, export.ExitCode);

        CommandLineRun inspect = await CommandLineRun.Of(
            "inspect", run, "--images", _run.Images, "--out", _run.At($"{pretext}-inspected"), "--quiet");
        Assert.Equal(ExitCodes.Failure, inspect.ExitCode);
        Assert.Contains(
            $"the network was trained for {purpose}, so it cannot tell repaired images", inspect.Error, StringComparison.Ordinal);
        CommandLineRun repair = await CommandLineRun.Of(
            "repair", run, "--images", _run.Images, "--out", _run.At($"{pretext}-repaired"), "--quiet");
        Assert.Contains("holds no repair network", repair.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplicates_ACopy_IsListedAndQuarantined()
    {
        string copies = _run.At("copies"), list = _run.At("copies.txt");
        Directory.CreateDirectory(copies);
        foreach (string name in (string[])["1.png", "2.png"])
            File.Copy(
                Directory.EnumerateFiles(_run.Images, "3.png", SearchOption.AllDirectories).Single(), Path.Combine(copies, name));

        CommandLineRun run = await CommandLineRun.Of(
            "duplicates", _run.Folder, "--images", copies, "--quarantine", list, "--sheet", _run.At("copies.png"), "--quiet");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith(
            $"exact    {Path.Combine(copies, "1.png")} = {Path.Combine(copies, "2.png")}", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            $"{Path.Combine(copies, "2.png")}\tduplicate of {Path.Combine(copies, "1.png")} (exact)\n", File.ReadAllText(list));
        Assert.True(File.Exists(_run.At("copies.png")));
    }

    [Fact]
    public async Task Duplicates_QuarantineThatIsThere_IsHonouredAndGoneOnWith()
    {
        string copies = _run.At("more-copies"), list = _run.At("more-copies.txt");
        Directory.CreateDirectory(copies);
        foreach (string name in (string[])["1.png", "2.png", "3.png"])
            File.Copy(
                Directory.EnumerateFiles(_run.Images, "4.png", SearchOption.AllDirectories).Single(), Path.Combine(copies, name));
        File.WriteAllText(list, $"{Path.Combine(copies, "1.png")}\tblurred\n");

        await Succeed("duplicates", _run.Folder, "--images", copies, "--quarantine", list, "--quiet");

        Assert.Equal(
            $"{Path.Combine(copies, "1.png")}\tblurred\n"
                + $"{Path.Combine(copies, "3.png")}\tduplicate of {Path.Combine(copies, "2.png")} (exact)\n",
            File.ReadAllText(list));
    }

    [Fact]
    public async Task Quarantine_MadeFromARelativePath_IsHonouredByAllThatReadImages()
    {
        string list = _run.At("quarantine.txt"), relative = Path.GetRelativePath(Environment.CurrentDirectory, _run.Images);
        await Succeed("data", "scan", relative, "--tiny", "1000", "--quarantine", list, "--quiet");
        string[] all = File.ReadAllLines(list);
        Assert.Equal(12, all.Length);
        File.WriteAllLines(list, all[..2]);

        await Succeed("features", _run.Weights, "--images", _run.Images, "--out", _run.At("q.npy"), "--quarantine", list,
            "--quiet");
        await Succeed("search", "index", _run.Folder, "--images", _run.Images, "--out", _run.At("q.index"), "--quarantine", list,
            "--quiet");
        await Succeed("search", "query", _run.Folder, "--index", _run.At("q.index"), "--images", _run.Images, "--sheet",
            _run.At("q.png"), "--top", "1", "--quiet");
        await Succeed("probe", _run.Folder, "--train", relative, "--test", _run.Images, "--quarantine", list, "--quiet");
        Assert.Equal(10, File.ReadAllLines(_run.At("q.names.txt")).Length);

        File.WriteAllText(list, "/elsewhere/1.png\n");
        CommandLineRun other = await CommandLineRun.Of(
            "probe", _run.Folder, "--train", relative, "--test", _run.Images, "--quarantine", list, "--quiet");
        Assert.Equal(ExitCodes.Failure, other.ExitCode);
        Assert.Contains("none of its 1 entries", other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("map.csv")]
    [InlineData("map.json")]
    public async Task Map_Images_DrawsThemAndWritesTheirPlaces(string coordinates)
    {
        string picture = _run.At(coordinates + ".png");
        CommandLineRun run = await CommandLineRun.Of("map", _run.Folder, "--images", _run.Images, "--out", picture,
            "--method", "pca", "--grid", "--thumbnail", "16", "--coordinates", _run.At(coordinates), "--quiet");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(new FileInfo(picture).Length > 100);
        string text = File.ReadAllText(_run.At(coordinates));
        if (coordinates.EndsWith(".csv", StringComparison.Ordinal))
            Assert.Equal(13, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        else
            Assert.Equal(12, JsonDocument.Parse(text).RootElement.GetArrayLength());
    }

    private static async Task Succeed(params string[] arguments)
    {
        CommandLineRun run = await CommandLineRun.Of(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    // Each pixel four times: other bytes, another size, the same picture.
    private void WriteEnlarged(string name, string copy)
    {
        RgbImage image = ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(_run.Images, name)), name),
            large = new(2 * image.Width, 2 * image.Height);
        for (int y = 0; y < large.Height; y++)
            for (int x = 0; x < large.Width; x++)
                image.Pixels.AsSpan(3 * (y / 2 * image.Width + x / 2), 3).CopyTo(large.Pixels.AsSpan(3 * (y * large.Width + x)));
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        PngFile.Write(copy, large);
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
            CommandLineRun run = await CommandLineRun.Of(
                _folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=1"));
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
