namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class ExportCommandTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    [Theory]
    [InlineData("export")]
    [InlineData("export", "a", "--format", "onnx")]
    [InlineData("export", "a", "--out", "b")]
    [InlineData("export", "a", "--format", "pickle", "--out", "b")]
    [InlineData("export", "a", "--format", "onnx", "--out", "b", "--layers", "conv9")]
    [InlineData("export", "a", "--format", "onnx", "--out", "b", "--pooled", "fc1")]
    public async Task Run_IncompleteCommandLine_ExitsWithTwo(params string[] args)
    {
        CommandLineRun run = await CommandLineRun.Of(args);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Output));
        Assert.EndsWith("Usage: spot export --help" + Environment.NewLine, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Onnx_WritesTheModelWithTheOptionsGiven()
    {
        string plain = trained.At("plain.onnx"), small = trained.At("small.onnx");

        CommandLineRun whole = await Export("onnx", plain), part =
            await Export("onnx", small, "--opset", "13", "--layers", "conv2", "conv3", "--pooled", "conv2", "--pooling", "grid",
            "--input", "unit", "--features-only", "--ema");

        Assert.Equal((ExitCodes.Success, plain + Environment.NewLine), (whole.ExitCode, whole.Output));
        Assert.Equal((ExitCodes.Success, small + Environment.NewLine), (part.ExitCode, part.Output));
        Assert.True(new FileInfo(small).Length < new FileInfo(plain).Length);
    }

    [Fact]
    public async Task Run_Safetensors_InspectsAndRepairsWithoutTheRunFolder()
    {
        string alone = trained.At("alone.safetensors");
        Assert.Equal(new(ExitCodes.Success, alone + Environment.NewLine, ""), await Export("safetensors", alone));

        foreach (string command in (string[])["inspect", "repair"])
        {
            string fromRun = trained.At($"{command}-run"), fromFile = trained.At($"{command}-file");
            Assert.Equal(ExitCodes.Success,
                (await CommandLineRun.Of(command, trained.Run, "--images", trained.Images, "--out", fromRun, "--quiet"))
                .ExitCode);
            Assert.Equal(ExitCodes.Success,
                (await CommandLineRun.Of(command, alone, "--images", trained.Images, "--out", fromFile, "--quiet")).ExitCode);
            string table = command == "inspect" ? "inspection.jsonl" : "repair.csv";
            Assert.Equal(File.ReadAllText(Path.Combine(fromRun, table)), File.ReadAllText(Path.Combine(fromFile, table)));
        }
    }

    [Theory]
    [InlineData("--fold goes with --format safetensors only", "onnx", "--fold")]
    [InlineData("--opset goes with --format onnx only", "safetensors", "--opset", "17")]
    [InlineData("13 to 18", "onnx", "--opset", "12")]
    [InlineData("mean, max or grid", "onnx", "--pooling", "full")]
    [InlineData("cannot be written", "onnx")]
    public async Task Run_OptionsThatCannotWork_SayWhy(string message, string format, params string[] options)
    {
        string target = message == "cannot be written" ? trained.At("absent/folder/x.onnx") : trained.At("x");

        TrainedRun.AssertFailure(await Export(format, target, options), message);
        Assert.False(File.Exists(target));
    }

    [Fact]
    public async Task Run_OntoTheWeightsThemselves_IsRefused() =>
        TrainedRun.AssertFailure(
            await Export("safetensors", Path.Combine(trained.Run, "weights.safetensors")), "name another file");

    private Task<CommandLineRun> Export(string format, string target, params string[] options) =>
        CommandLineRun.Of(["export", trained.Run, "--format", format, "--out", target, .. options]);
}
