using System.Text.Json;
using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class DataCommandTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    [Fact]
    public async Task Scan_Folder_PrintsWhatItFound()
    {
        File.WriteAllBytes(Path.Combine(_folder.Images, "0", "bad.png"), [1, 2, 3]);

        CommandLineRun run = await CommandLineRun.Of("data", "scan", _folder.Images, "--quiet");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.Matches(@"images +13", run.Output);
        Assert.Contains($"{Path.Combine(_folder.Images, "0", "bad.png")}: neither JPEG", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_Json_IsJsonAlone()
    {
        CommandLineRun run = await CommandLineRun.Of("data", "scan", _folder.Images, "--json", "--quiet", "--tiny", "8");

        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((12, 2, 0), (report.GetProperty("images").GetInt32(), report.GetProperty("classes").GetInt32(),
            report.GetProperty("tiny").GetArrayLength()));
    }

    [Fact]
    public async Task Scan_NothingReadable_Fails()
    {
        string bad = _folder.At("bad.png");
        File.WriteAllBytes(bad, [1]);
        CommandLineRun run = await CommandLineRun.Of("data", "scan", bad, "--quiet");
        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("none of 1 images", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_Quarantine_IsHonouredByPretrainAndResume()
    {
        File.WriteAllBytes(Path.Combine(_folder.Images, "0", "bad.png"), [1, 2, 3]);
        string list = _folder.At("list.txt");
        await CommandLineRun.Of("data", "scan", _folder.Images, "--quiet", "--tiny", "1", "--quarantine", list);
        Assert.Single(await File.ReadAllLinesAsync(list, TestContext.Current.CancellationToken));

        CommandLineRun run =
            await CommandLineRun.Of([.. _folder.PretrainArguments("run", "autoencoding.steps=4", "spotting.steps=1"),
            "--quarantine", list]);

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains(list, await File.ReadAllTextAsync(Path.Combine(_folder.At("run"), "run.json"),
            TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_OptionsForImages_AreTaken()
    {
        File.WriteAllBytes(Path.Combine(_folder.Images, "1", "large.ppm"), [.. "P6 2000 2000 255\n"u8, .. new byte[12_000_000]]);
        File.WriteAllText(Path.Combine(_folder.Images, "notes.txt"), "words");

        CommandLineRun run = await CommandLineRun.Of(
            "data", "scan", "--exclude", "0", "--max-megapixels", "3.5", _folder.Images);

        Assert.Matches("images +7", run.Output);
        Assert.Matches("files ignored +1", run.Output);
        Assert.Contains("--max-megapixels 4 lets it pass", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    public async Task Scan_SenselessMegapixels_IsAUsageError(string value) => Assert.Equal(
        ExitCodes.Usage,
        (await CommandLineRun.Of("data", "scan", _folder.Images, $"--max-megapixels={value}", "--quiet")).ExitCode);

    [Theory]
    [InlineData("--format", "pixels")]
    [InlineData("--size", "8")]
    [InlineData("--format", "pixels", "--size", "0")]
    [InlineData("--shard-bytes", "0")]
    public async Task Pack_OptionsThatDoNotGoTogether_AreRefused(params string[] options)
    {
        CommandLineRun run =
            await CommandLineRun.Of(["data", "pack", _folder.Images, "--out", _folder.At("out"), "--quiet", .. options]);
        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("--", run.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.At("out")));
    }

    [Fact]
    public async Task Pack_Pixels_CanBeTrainedOn()
    {
        string packed = _folder.At("images.spotpix");
        Assert.Equal(ExitCodes.Success,
            (await CommandLineRun.Of("data", "pack", _folder.Images, "--out", packed, "--format", "pixels", "--size", "16",
            "--quiet")).ExitCode);

        string[] arguments = _folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=1");
        arguments[Array.IndexOf(arguments, _folder.Images)] = packed;
        Assert.Equal(ExitCodes.Success, (await CommandLineRun.Of(arguments)).ExitCode);
    }

    [Fact]
    public async Task Pack_Tar_PrintsTheFolder()
    {
        CommandLineRun run = await CommandLineRun.Of("data", "pack", _folder.Images, "--out", _folder.At("shards"), "--quiet");
        Assert.Equal(_folder.At("shards"), run.Output.Trim());
        using ImageSet set = ImageSet.Open([_folder.At("shards")]);
        Assert.Equal((12, 2), (set.Count, set.ClassCount));
    }

    [Fact]
    public async Task Show_WithLabels_WritesOneRowForEachClass()
    {
        string sheet = _folder.At("sheet.png");
        Assert.Equal(ExitCodes.Success,
            (await CommandLineRun.Of("data", "show", _folder.Images, "--out", sheet, "--labels")).ExitCode);
        RgbImage image = ImageDecoder.Decode(await File.ReadAllBytesAsync(sheet, TestContext.Current.CancellationToken), sheet);
        Assert.InRange(image.Height, 2 * 96, 3 * 96);
    }

    public void Dispose() => _folder.Dispose();
}
