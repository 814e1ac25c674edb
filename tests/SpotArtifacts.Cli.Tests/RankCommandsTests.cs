using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Cli.Tests.Commands;
using static SpotArtifacts.Cli.Tests.Commands.SpotProcess;

namespace SpotArtifacts.Cli.Tests;

/// <summary>The built program started as two ranks by each MPI that is there.</summary>
public sealed class RankCommandsTests : IDisposable
{
    // With so large an epsilon an update is nearly linear in its gradients. With the usual one Adam's first steps are signs of
    // gradients, which rounding turns.
    private static readonly string[] s_linear =
        ["optimizer.epsilon=1", "autoencoding.learning_rate=2e-4", "spotting.learning_rate=1e-4",
            "spotting.repair_learning_rate=1e-4"];

    private readonly ImageFolder _folder = new();

    /// <summary>The launchers to try.</summary>
    public static TheoryData<string> Launchers => MpiRun.Launchers;

    [Theory]
    [InlineData("alexnet", 8)]
    [InlineData("alexnet_bn", 4)] // the more norms, the faster rounding grows
    [InlineData("resnet18", 3)]
    public async Task Pretrain_TwoRanksWithSynchronisedNorms_EqualOneOfTheWholeBatchToRounding(string trunk, int steps)
    {
        string launcher = MpiRun.RequireAny();
        string[] settings = [.. s_linear, $"autoencoding.steps={steps}", $"spotting.steps={steps}", "spotting.history_size=6",
            "spotting.rotation_weight=1", "spotting.rotation_images=clean", "recording.metrics_every=1",
            $"network.trunk={trunk}"];
        await Succeed(Start(_folder.PretrainArguments("one", [.. settings, "batch_per_rank=8"])));
        await Succeed(StartRanks(launcher, [.. _folder.PretrainArguments("two", settings), "--sync-batch-norm"]));
        await Succeed(StartRanks(launcher, _folder.PretrainArguments("apart", settings)));

        double synchronised = Distance("one", "two"), apart = Distance("one", "apart");

        Assert.True(synchronised < 2e-3, $"synchronised: {synchronised}, norms of each rank's own images: {apart}");
        Assert.True(apart > 50 * synchronised, $"synchronised: {synchronised}, norms of each rank's own images: {apart}");
    }

    [Fact]
    public async Task Pretrain_RotationOfRawImagesOnTwoRanks_EqualsOneOfTheWholeBatchToRounding()
    {
        string launcher = MpiRun.RequireAny();
        string[] settings = [.. s_linear, "autoencoding.steps=1", "spotting.steps=12", "spotting.rotation_weight=1",
            "spotting.rotation_images=raw", "recording.metrics_every=1"];
        await Succeed(Start(_folder.PretrainArguments("one", [.. settings, "batch_per_rank=8"])));
        await Succeed(StartRanks(launcher, [.. _folder.PretrainArguments("two", settings), "--sync-batch-norm"]));

        Assert.Contains("loss.rotation", File.ReadAllText(At("two", "metrics.jsonl")), StringComparison.Ordinal);
        Assert.InRange(Distance("one", "two"), 0, 2e-3);
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public async Task Pretrain_DeterministicReductions_TwoRunsAreEqualBitByBit(string launcher)
    {
        MpiRun.Require(launcher);
        string[] settings = ["autoencoding.steps=3", "spotting.steps=3"];
        foreach (string run in (string[])["first", "second"])
            await Succeed(StartRanks(launcher, [.. _folder.PretrainArguments(run, settings), "--deterministic-reductions"]));

        Assert.Equal(File.ReadAllBytes(At("first", "weights.safetensors")),
            File.ReadAllBytes(At("second", "weights.safetensors")));
    }

    [Fact]
    public async Task Resume_OnOneRankAndOnTwoAgain_GoesOnWithTheSameImages()
    {
        string launcher = MpiRun.RequireAny();
        string[] settings = [.. s_linear, "autoencoding.steps=100", "spotting.steps=5", "batch_per_rank=8",
            "recording.metrics_every=1", "recording.checkpoint_every=10"];
        await Succeed(Start([.. _folder.PretrainArguments("straight", settings), "--sync-batch-norm"]));
        long first = await StopAt(
            Start([.. _folder.PretrainArguments("moved", settings), "--sync-batch-norm"]), step: 10);
        long second = await StopAt(StartRanks(launcher, ["resume", "--quiet", _folder.At("moved")]), step: first + 10);
        await Succeed(Start(["resume", "--quiet", _folder.At("moved")]));

        Assert.True(first < second && second < 100, $"stopped at {first} and {second}: too late to show anything");
        Assert.Equal(105, File.ReadAllLines(At("moved", "metrics.jsonl")).Length);
        Assert.InRange(Distance("straight", "moved"), 0, 0.02);
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public async Task Kill_OfOneRank_EndsTheOthersWithinHalfAMinuteAndTheCheckpointResumes(string launcher)
    {
        MpiRun.Require(launcher);
        using Process ranks = StartRanks(launcher, _folder.PretrainArguments("run",
            "autoencoding.steps=1", "spotting.steps=100000", "recording.checkpoint_every=5"));
        await WaitForStep("run", 5, ranks);

        int victim = RankProcesses(ranks)[1];
        Process.GetProcessById(victim).Kill();
        var clock = Stopwatch.StartNew();
        (int status, string text) = await MpiRun.End(ranks);

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
        Assert.NotEqual(0, status);
        // MPICH names the process, or the rank that was reading from it does; the run's first lines say whose it is.
        Assert.True(Regex.IsMatch(text, $@"\b(rank 1|PID {victim}|pid={victim})\b"), text);
        long step = Checkpoint.Read(At("run", "checkpoints/last.safetensors")).GetNumber("step");
        Assert.True(step >= 5);
        using Process resumed = Start(["resume", "--quiet", _folder.At("run")]);
        await WaitForStep("run", step + 5, resumed);
        resumed.Kill();
    }

    [Theory]
    [InlineData("WORLD_SIZE", "torchrun")]
    [InlineData("SLURM_STEP_NUM_TASKS", "srun")]
    public async Task Pretrain_StartedSeveralTimesWithoutMpi_IsRefusedBeforeAnythingIsWritten(string variable, string who)
    {
        using Process process = Start(_folder.PretrainArguments("run"), "env", $"{variable}=2", "RANK=0");

        (int status, string text) = await MpiRun.End(process);

        Assert.Equal(1, status);
        Assert.Contains(who, text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public async Task Export_StartedTwice_IsRefused()
    {
        string launcher = MpiRun.RequireAny();
        using Process ranks = StartRanks(launcher, ["export", "nowhere", "--format", "onnx", "--out", _folder.At("m.onnx")]);

        (int status, string text) = await MpiRun.End(ranks);

        Assert.NotEqual(0, status);
        Assert.Contains("spot export does not share its work: it was started 2 times at once", text, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    // Kills a run that has come to a step of its first stage; gives the step its checkpoint is of.
    private async Task<long> StopAt(Process process, long step)
    {
        using (process)
        {
            await WaitForStep("moved", step, process);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        var checkpoint = Checkpoint.Read(At("moved", "checkpoints/last.safetensors"));
        Assert.Equal("autoencoder", checkpoint.GetText("stage"));
        return checkpoint.GetNumber("step");
    }

    private async Task WaitForStep(string run, long step, Process process)
    {
        string file = At(run, "checkpoints/last.safetensors");
        while (!File.Exists(file) || Checkpoint.Read(file).GetNumber("step") < step)
        {
            Assert.False(process.HasExited && !File.Exists(file), "ended without a checkpoint");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    // The launcher's descendants that run the program, in the order of their ranks; started anew, they have another name.
    private static int[] RankProcesses(Process launcher) =>
        [.. Process.GetProcesses().Select(process => process.Id).Where(id => IsBelow(id, launcher.Id) && RunsTheProgram(id))
            .OrderBy(RankOf)];

    private static bool RunsTheProgram(int process) =>
        File.ReadAllText($"/proc/{process}/cmdline").Contains("spot.dll\0", StringComparison.Ordinal);

    private static int RankOf(int process) => File.ReadAllText($"/proc/{process}/environ").Split('\0')
        .Where(variable => variable.StartsWith("OMPI_COMM_WORLD_RANK=", StringComparison.Ordinal)
            || variable.StartsWith("PMI_RANK=", StringComparison.Ordinal))
        .Select(variable => int.Parse(variable.Split('=')[1], CultureInfo.InvariantCulture)).First();

    private static bool IsBelow(int process, int ancestor)
    {
        while (process > 1 && File.Exists($"/proc/{process}/stat"))
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            process = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            if (process == ancestor)
                return true;
        }
        return false;
    }

    // The largest relative difference of a loss in any step.
    private double Distance(string run, string other) => Losses(run).Zip(Losses(other), (a, b) => Math.Abs(a - b) / a).Max();

    private IEnumerable<double> Losses(string run) => File.ReadLines(At(run, "metrics.jsonl"))
        .SelectMany(line => JsonNode.Parse(line)!.AsObject())
        .Where(value => value.Key.StartsWith("loss.", StringComparison.Ordinal)).Select(value => (double)value.Value!);

    private string At(string run, string file) => Path.Combine(_folder.At(run), file);
}
