using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class RunWatchTests : IDisposable
{
    private readonly SampleRuns _runs = new();
    private readonly RunProcesses _processes;

    public RunWatchTests() => _processes = new RunProcesses(_runs.Options);

    public void Dispose()
    {
        _processes.Dispose();
        _runs.Dispose();
    }

    [Fact]
    public void Read_Run_HasCurvesBalanceAndSheetsInOrder()
    {
        _runs.Make("a");

        RunSnapshot run = Watches().Read("a")!;

        Assert.Equal(["autoencoder", "spotting"], run.Curves.Keys);
        Assert.Equal(SampleRuns.Steps / 5, run.Curve("spotting", "loss.repair").Count);
        Assert.Empty(run.Curve("spotting", "mask_auc")); // it was no number
        Assert.Equal(0.65, run.Balance!.Value, 0.03);
        Assert.Equal([("autoencoder", 100L), ("autoencoder", 200L), ("spotting", 100L), ("spotting", 200L)],
            run.Sheets.Select(sheet => (sheet.Stage, sheet.Step)));
        Assert.Equal("sheets/a/samples/autoencoder-0000100.png", run.Sheets[0].Url);
    }

    [Fact]
    public void Read_NoRun_IsNull() => Assert.Null(Watches().Read("nothing"));

    private RunWatches Watches()
    {
        RunCatalog catalog = new(_runs.Allowed, _processes);
        return new RunWatches(catalog, _runs.Allowed, TimeProvider.System);
    }
}
