using SpotArtifacts.Cli.Display;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Tests.Display;

public sealed class TrainingProgressTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly StringWriter _written = new() { NewLine = "\n" };

    [Fact]
    public void Plain_ManyReports_ShowsFirstEveryIntervalAndLast()
    {
        using TrainingProgress progress = Create(isTerminal: false);

        for (int step = 1; step <= 26; step++)
        {
            progress.Report(At("spotting", step, 26));
            _clock.Advance(1);
        }

        Assert.Equal([1, 11, 21, 26], StepsShown());
    }

    [Fact]
    public void Plain_StageChanges_ShowsTheNewStageAtOnce()
    {
        using TrainingProgress progress = Create(isTerminal: false);

        progress.Report(At("autoencoding", 1, 9));
        progress.Report(At("autoencoding", 2, 9));
        progress.Report(At("spotting", 1, 9));

        Assert.Equal(["autoencoding", "spotting"], Lines().Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void Plain_Always_WritesNoControlCharacters()
    {
        using (TrainingProgress progress = Create(isTerminal: false))
        {
            progress.Report(At("spotting", 1, 1));
            progress.Log("checkpoint written");
        }

        Assert.Matches(@"^spotting  1/1 \(100%\)[^\r\u001b]*\ncheckpoint written\n$", _written.ToString());
    }

    [Fact]
    public void Live_Reports_RewriteOneLineAndEndIt()
    {
        using (TrainingProgress progress = Create(isTerminal: true, width: 10))
        {
            progress.Report(At("spotting", 1, 9));
            _clock.Advance(0.05);
            progress.Report(At("spotting", 2, 9));
            _clock.Advance(0.05);
            progress.Report(At("spotting", 3, 9));
        }

        Assert.Equal("\r\u001b[Kspotting…\r\u001b[Kspotting…\n", _written.ToString());
    }

    [Fact]
    public void Live_StageChanges_LeavesTheLastLineStanding()
    {
        using TrainingProgress progress = Create(isTerminal: true, width: 4);

        progress.Report(At("autoencoding", 1, 9));
        progress.Report(At("spotting", 1, 9));

        Assert.Equal("\r\u001b[Kau…\n\r\u001b[Ksp…", _written.ToString());
    }

    [Fact]
    public void Live_Log_GoesAboveTheLine()
    {
        using TrainingProgress progress = Create(isTerminal: true, width: 4);

        progress.Log("first");
        progress.Report(At("spotting", 1, 9));
        progress.Log("second");

        Assert.Equal("first\n\r\u001b[Ksp…\r\u001b[Ksecond\nsp…", _written.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Create_Quiet_ShowsNothing(bool isTerminal)
    {
        using (TrainingProgress progress = Create(isTerminal, quiet: true))
        {
            progress.Report(At("spotting", 1, 1));
            progress.Log("message");
        }

        Assert.Empty(_written.ToString());
    }

    public void Dispose() => _written.Dispose();

    private TrainingProgress Create(bool isTerminal, int width = 200, bool quiet = false) =>
        TrainingProgress.Create(_written, quiet, isTerminal, _clock, () => width);

    private static ProgressReport At(string stage, long step, long steps) =>
        new(stage, step, steps, 100, 0, [("loss", 1)], TimeSpan.Zero);

    private string[] Lines() => _written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private IEnumerable<int> StepsShown() =>
        Lines().Select(line => int.Parse(line.Split("  ")[1].Split('/')[0], System.Globalization.CultureInfo.InvariantCulture));
}
