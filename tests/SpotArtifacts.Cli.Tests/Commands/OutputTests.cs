namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>Outputs that cannot be written, or are there already, from every command that writes some.</summary>
public sealed class OutputTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    public static TheoryData<string> Commands => new(
        "features RUN --images IMAGES --out OUT.npy", "search index RUN --images IMAGES --out OUT",
        "map RUN --images IMAGES --out OUT.png", "data show IMAGES --out OUT.png", "export RUN --format onnx --out OUT.onnx",
        "export RUN --format safetensors --out OUT.safetensors", "data pack IMAGES --format pixels --size 8 --out OUT",
        "eval RUN --protocol knn --train IMAGES --test IMAGES --out OUT.json", "duplicates RUN --images IMAGES --sheet OUT.png");

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Run_FileExists_IsKeptAndNamed(string command)
    {
        string target = trained.At($"kept-{Guid.CreateVersion7()}"), file = Target(command, target);
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

        TrainedRun.AssertFailure(await Run(command, target), $"{file} exists already and is never overwritten");

        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Run_NoSuchFolder_IsNamed(string command)
    {
        string target = trained.At("absent/out");

        TrainedRun.AssertFailure(
            await Run(command, target), $"{Target(command, target)}: cannot be written: its folder does not exist");
    }

    [Theory]
    [InlineData("pretrain --images IMAGES --preset fix32 --out OUT")]
    [InlineData("inspect RUN --images IMAGES --out OUT")]
    [InlineData("repair RUN --images IMAGES --out OUT")]
    [InlineData("data pack IMAGES --out OUT")]
    [InlineData("demo --images 24 --out OUT")]
    public async Task Run_FileInTheFoldersPlace_IsNamed(string command)
    {
        string file = trained.At("file");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

        TrainedRun.AssertFailure(await Run(command, file), $"{file} is no folder; name another");
    }

    [Theory]
    [InlineData("pretrain --images IMAGES --preset fix32 --out OUT")]
    [InlineData("inspect RUN --images IMAGES --out OUT")]
    [InlineData("repair RUN --images IMAGES --out OUT")]
    [InlineData("data pack IMAGES --out OUT")]
    [InlineData("demo --images 24 --out OUT")]
    public async Task Run_FolderCannotBeMade_IsNamedBeforeTheWork(string command)
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "no /proc");

        CommandLineRun run = await Run(command, "/proc/spot-out");

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Equal(
            "spot: /proc/spot-out: cannot be written: the system makes no files there; choose a folder that you may write to\n",
            run.Error);
    }

    [Fact]
    public async Task Eval_FileFails_ResultsArePrintedBefore()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "no /dev/full");
        string link = trained.At("full.json");
        File.CreateSymbolicLink(link, "/dev/full");

        CommandLineRun run = await Run("eval RUN --protocol knn --train IMAGES --test IMAGES --out OUT.json", trained.At("full"));

        Assert.Equal(
            (ExitCodes.Failure, $"spot: {link}: cannot be written: No space left on device\n"), (run.ExitCode, run.Error));
        Assert.Contains("knn", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_GalleryHasMoved_ResultsArePrintedAndThePlaceNamed()
    {
        string gallery = trained.At("gallery"), index = trained.At("gallery.index");
        Directory.CreateDirectory(gallery);
        foreach (string file in Directory.EnumerateFiles(trained.Images, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(gallery, Path.GetFileName(file)));
        CommandLineRun made = await CommandLineRun.Of(
            "search", "index", trained.Run, "--images", gallery, "--out", index, "-q");
        Assert.Equal(ExitCodes.Success, made.ExitCode);
        Directory.Move(gallery, trained.At("moved"));

        CommandLineRun run = await CommandLineRun.Of(
            "search", "query", trained.Run, "--index", index, "--images", trained.Images, "--sheet", trained.At("sheet.png"),
            "-q");

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("1.000  ", run.Output, StringComparison.Ordinal);
        Assert.Contains(gallery, run.Error, StringComparison.Ordinal);
    }

    private static string Target(string command, string target) =>
        command.Split(' ')[^1].Replace("OUT", target, StringComparison.Ordinal);

    private Task<CommandLineRun> Run(string command, string target) => CommandLineRun.Of(
        [.. command.Split(' ').Select(word => word == "RUN" ? trained.Run : word == "IMAGES" ? trained.Images
            : word.Replace("OUT", target, StringComparison.Ordinal)), "--quiet"]);
}
