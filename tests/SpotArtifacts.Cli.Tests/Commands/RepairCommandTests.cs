namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class RepairCommandTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    [Fact]
    public async Task Run_Folder_WritesSheetsAndPrintsTheFolder()
    {
        Assert.Equal(new(ExitCodes.Success, trained.At("out") + Environment.NewLine, ""),
            await Repair("out", "--drop-rate", "0.5", "--seed", "3"));

        Assert.True(File.Exists(trained.At("out/sheets/0001.png")));
        Assert.Equal(12, Directory.GetFiles(trained.At("out/repaired")).Length);
    }

    [Fact]
    public async Task Run_Mask_DropsWhatItSays()
    {
        File.WriteAllText(trained.At("mask.txt"), "1111\n1001\n1001\n1111\n");

        Assert.Equal(ExitCodes.Success, (await Repair("masked", "--mask", trained.At("mask.txt"))).ExitCode);

        Assert.All(File.ReadLines(trained.At("masked/repair.csv")).Skip(1), row => Assert.Equal("0.75", row.Split(',')[2]));
    }

    [Theory]
    [InlineData("give one of them", "--mask", "a", "--drop-rate", "0.5")]
    [InlineData("above 0 and below 1", "--drop-rate", "1")]
    [InlineData("the mask cannot be read", "--mask", "absent")]
    public async Task Run_OptionsThatCannotWork_SayWhy(string message, params string[] options)
    {
        TrainedRun.AssertFailure(await Repair("bad", options), message);
        Assert.False(Directory.Exists(trained.At("bad")));
    }

    private Task<CommandLineRun> Repair(string target, params string[] options) =>
        CommandLineRun.Of(
            ["repair", trained.Run, "--images", trained.Images, "--out", trained.At(target), "--quiet", .. options]);
}
