namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class InspectCommandTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect", "a", "--images", "b")]
    [InlineData("inspect", "a", "--images", "b", "--out", "c", "--tiles", "x")]
    public async Task Run_IncompleteCommandLine_ExitsWithTwo(params string[] args)
    {
        CommandLineRun run = await CommandLineRun.Of(args);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Output));
        Assert.EndsWith("Usage: spot inspect --help" + Environment.NewLine, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Folder_PrintsTheRankingAndTheFolder()
    {
        CommandLineRun run = await Inspect("out", "--overlays", "2");

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.EndsWith(trained.At("out") + Environment.NewLine, run.Output, StringComparison.Ordinal);
        Assert.Contains(
            File.ReadLines(trained.At("out/ranking.csv")).ElementAt(1).Split(',')[1], run.Output, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(trained.At("out/overlays")).Length);
    }

    [Fact]
    public async Task Run_OtherOptionsInTheSameFolder_AreRefused()
    {
        Assert.Equal(ExitCodes.Success, (await Inspect("twice", "--as-is", "--tiles", "2")).ExitCode);
        Assert.Equal(ExitCodes.Success, (await Inspect("twice", "--as-is", "--tiles", "2")).ExitCode);

        TrainedRun.AssertFailure(await Inspect("twice", "--tiles", "2"), "name another folder");
    }

    [Theory]
    [InlineData("1 to 64", "--tiles", "65")]
    [InlineData("--overlays must be", "--overlays", "-1")]
    public async Task Run_OptionOutOfRange_SaysTheRange(string message, params string[] options) =>
        TrainedRun.AssertFailure(await Inspect("bad", options), message);

    [Fact]
    public async Task Run_ResultsAmongTheImages_IsRefused() =>
        TrainedRun.AssertFailure(
            await CommandLineRun.Of(
            "inspect", trained.Run, "--images", trained.Images, "--out", Path.Combine(trained.Images, "found")), "lies inside");

    private Task<CommandLineRun> Inspect(string target, params string[] options) =>
        CommandLineRun.Of(
            ["inspect", trained.Run, "--images", trained.Images, "--out", trained.At(target), "--quiet", .. options]);
}
