namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class PretrainCommandTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    [Theory]
    [InlineData("Usage: spot pretrain --help", "pretrain")]
    [InlineData("Usage: spot pretrain --help", "pretrain", "--images", "a")]
    [InlineData("Usage: spot pretrain --help", "pretrain", "--out", "b")]
    [InlineData("Usage: spot pretrain --help", "pretrain", "--images", "a", "--out")]
    [InlineData("Usage: spot pretrain --help", "pretrain", "--images", "a", "--out", "b", "--nonsense")]
    [InlineData("Usage: spot pretrain --help", "pretrain", "--images", "a", "--out", "b", "--precision", "half")]
    [InlineData("Usage: spot resume --help", "resume")]
    [InlineData("Usage: spot resume --help", "resume", "a", "b")]
    [InlineData("Usage: spot probe --help", "probe")]
    [InlineData("Usage: spot probe --help", "probe", "a", "--train", "b")]
    public async Task Run_IncompleteCommandLine_ExitsWithTwo(string hint, params string[] args)
    {
        CommandLineRun run = await CommandLineRun.Of(args);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Output));
        Assert.EndsWith(hint + Environment.NewLine, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SmallRun_PrintsTheFolderAndCanBeProbed()
    {
        CommandLineRun run = await Pretrain("run", "autoencoding.steps=1", "spotting.steps=1");

        Assert.Equal((ExitCodes.Success, _folder.At("run") + Environment.NewLine), (run.ExitCode, run.Output));
        Assert.True(File.Exists(_folder.At("run/weights.safetensors")));

        CommandLineRun probe = await CommandLineRun.Of("probe", _folder.At("run"), "--train", _folder.Images, "--test",
            _folder.Images, "--json", "--quiet");

        Assert.Equal(ExitCodes.Success, probe.ExitCode);
        using var worth = System.Text.Json.JsonDocument.Parse(probe.Output);
        Assert.Equal(["random", "pre-trained", "encoder"],
            worth.RootElement.EnumerateArray().Select(n => n.GetProperty("network").GetString()));
    }

    [Theory]
    [InlineData("alexnet_bn", "spotting")]
    [InlineData("resnet18", "spotting")]
    [InlineData("alexnet_bn", "labels")]
    [InlineData("resnet18", "rotation")]
    public async Task Run_OtherTrunk_CanBeEvaluatedSearchedInspectedAndExported(string trunk, string pretext)
    {
        CommandLineRun run = await Pretrain(
            "run", "autoencoding.steps=1", "spotting.steps=2", $"network.trunk={trunk}", $"pretext={pretext}");
        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        string folder = _folder.At("run"), index = _folder.At("index");
        List<string[]> commands =
        [
            ["eval", folder, "--protocol", "linear-rotnet", "linear-zhang", "linear-deepcluster", "knn", "finetune", "--train",
                _folder.Images, "--test", _folder.Images, "--set", "epochs=1", "finetune.steps=1"],
            ["features", folder, "--images", _folder.Images, "--out", _folder.At("features.npy"), "--layer", "conv5"],
            ["search", "index", folder, "--images", _folder.Images, "--out", index],
            ["search", "query", folder, "--index", index, "--images", _folder.Images],
            ["map", folder, "--images", _folder.Images, "--out", _folder.At("map.png"), "--method", "pca"],
            ["export", folder, "--format", "onnx", "--out", _folder.At("model.onnx")],
            ["export", folder, "--format", "safetensors", "--out", _folder.At("model.safetensors")],
        ];
        if (pretext == "spotting")
            commands.AddRange([["inspect", folder, "--images", _folder.Images, "--out", _folder.At("inspected")],
                ["repair", folder, "--images", _folder.Images, "--out", _folder.At("repaired")]]);

        foreach (string[] command in commands)
        {
            CommandLineRun done = await CommandLineRun.Of([.. command, "--quiet"]);
            Assert.True(done.ExitCode == ExitCodes.Success, $"{string.Join(' ', command)}: {done.Error}");
        }
    }

    [Fact]
    public async Task Run_PretextOfAProgramsOwn_SaysWhoHasItAndMakesNoRun()
    {
        CommandLineRun run = await Pretrain("run", "pretext=own");

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("pretext own is one that a program hands to Pretrainer", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public async Task Run_Bfloat16_IsKeptInTheRunAndProbedSo()
    {
        CommandLineRun run = await CommandLineRun.Of([.. Arguments("run", "autoencoding.steps=1", "spotting.steps=1"),
            "--precision", "bf16"]);

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.Contains("\"precision\": \"bf16\"", File.ReadAllText(_folder.At("run/run.json")), StringComparison.Ordinal);

        CommandLineRun probe = await CommandLineRun.Of("probe", _folder.At("run"), "--train", _folder.Images, "--test",
            _folder.Images, "--precision", "auto", "--json", "--quiet");

        Assert.Equal(ExitCodes.Success, probe.ExitCode);
    }

    [Fact]
    public async Task Run_PrecisionThatTheDeviceHasNot_SaysSoAndMakesNoRun()
    {
        CommandLineRun run = await CommandLineRun.Of([.. Arguments("run"), "--precision", "tf32"]);

        Assert.Equal((ExitCodes.Failure, false), (run.ExitCode, Directory.Exists(_folder.At("run"))));
        Assert.Contains("precision tf32 is one of CUDA devices, not of cpu", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AutoencoderOfAFinishedRun_TrainsStageTwoOnly()
    {
        await Pretrain("first", "autoencoding.steps=1", "spotting.steps=1");

        CommandLineRun run =
            await CommandLineRun.Of([.. Arguments("second", "spotting.steps=1"), "--autoencoder", _folder.At("first")]);

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.All(File.ReadAllLines(_folder.At("second/metrics.jsonl")),
            line => Assert.Contains("\"spotting\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ImagesMissing_NamesThePathAndMakesNoRun()
    {
        CommandLineRun run = await CommandLineRun.Of("pretrain", "--images", _folder.At("absent"), "--out", _folder.At("run"),
            "--preset", "fix32");

        AssertFailure(run, _folder.At("absent"));
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public async Task Run_FailsBeforeItsFirstStep_LeavesNoFolderInTheWay()
    {
        CommandLineRun run = await Pretrain("run", "batch_per_rank=500");

        AssertFailure(run, "fewer than the 500 of one batch");
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public async Task Run_PathThatBeginsWithAt_IsAPath() => AssertFailure(
        await CommandLineRun.Of("data", "scan", "@home"), "@home: no such file or folder");

    [Fact]
    public async Task Run_FolderNotEmpty_NamesItAndResume() =>
        AssertFailure(await CommandLineRun.Of(Arguments("images")), $"spot resume {_folder.At("images")}");

    [Fact]
    public async Task Run_UnknownSetting_NamesIt() => AssertFailure(await Pretrain("run", "spotting.stepz=1"), "spotting.stepz");

    [Theory]
    [InlineData("resume")]
    [InlineData("probe", "--train", "a", "--test", "b")]
    public async Task Run_NoRunFolder_SaysSo(string command, params string[] rest) =>
        AssertFailure(await CommandLineRun.Of([command, _folder.Images, .. rest]), "is not a run folder");

    [Fact]
    public async Task Run_ResumeOfAFinishedRun_Succeeds()
    {
        await Pretrain("run", "autoencoding.steps=1", "spotting.steps=1");

        Assert.Equal(new(ExitCodes.Success, _folder.At("run") + Environment.NewLine, ""),
            await CommandLineRun.Of("resume", _folder.At("run"), "--quiet"));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertFailure(CommandLineRun run, string message)
    {
        Assert.Equal((ExitCodes.Failure, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("spot: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private Task<CommandLineRun> Pretrain(string name, params string[] settings) => CommandLineRun.Of(Arguments(name, settings));

    private string[] Arguments(string name, params string[] settings) => _folder.PretrainArguments(name, settings);
}
