using System.Globalization;
using SpotArtifacts.Studio.Runs;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Runs;

/// <summary>With a shell in the place of <c>spot</c>.</summary>
public sealed class RunProcessesTests : IDisposable
{
    // Ends as spot does: the first signal is answered after a while, a second one would end it at once.
    private const string Trains =
        "trap 'trap - TERM; sleep 0.3; echo saved; exit 143' TERM; echo ready; while :; do sleep 0.05; done";

    private readonly RunProcesses _processes = new(new StudioOptions { RunsFolder = "runs", Program = ["/bin/sh", "-c"] });

    public RunProcessesTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no shell there");

    public void Dispose() => _processes.Dispose();

    [Fact]
    public async Task Dispose_RunsThatTrain_AreToldOnceAndEndInOrder()
    {
        StartedRun run = await Start(Trains);

        RunSignals.Stop(run.Id);
        _processes.Dispose();
        _processes.Dispose();
        await run.Ended.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal((143, false), (run.ExitCode, run.HasFailed));
        Assert.Contains("saved", run.Lines);
    }

    [Fact]
    public async Task Start_Program_IsOutOfReachOfTheTerminal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "setsid is Linux's");
        StartedRun run = await Start(Trains);

        string status = await File.ReadAllTextAsync($"/proc/{run.Id}/stat", TestContext.Current.CancellationToken);

        // Fields behind the name in brackets: state, parent, process group.
        Assert.Equal(run.Id.ToString(CultureInfo.InvariantCulture), status[(status.LastIndexOf(')') + 2)..].Split(' ')[2]);
    }

    [Fact]
    public async Task Start_SameFolderTwiceOrTooMany_IsRefused()
    {
        await Start(Trains);

        Assert.Throws<StudioException>(() => _processes.Start("/runs/a", ["exit 0"]));
        for (int i = 1; i < RunProcesses.Most; i++)
            _processes.Start($"/runs/{i}", [Trains]);
        Assert.Throws<StudioException>(() => _processes.Start("/runs/more", ["exit 0"]));
    }

    [Fact]
    public async Task Problem_ProgramThatFails_IsWhatItSaid()
    {
        StartedRun run = _processes.Start("/runs/a", ["echo 'spot: no images there' >&2; exit 1"]);
        await run.Ended.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.True(run.HasFailed);
        Assert.Equal("no images there", run.Problem);
    }

    private async Task<StartedRun> Start(string script)
    {
        StartedRun run = _processes.Start("/runs/a", [script]);
        while (!run.Lines.Contains("ready"))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        return run;
    }
}
