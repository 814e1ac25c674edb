using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Runs;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class RunCatalogTests : IDisposable
{
    private readonly SampleRuns _runs = new();
    private readonly RunProcesses _processes;

    public RunCatalogTests() => _processes = new RunProcesses(_runs.Options);

    private RunCatalog Catalog => new(_runs.Allowed, _processes);

    public void Dispose()
    {
        _processes.Dispose();
        _runs.Dispose();
    }

    [Fact]
    public void List_RunsOfAllStates_TellsThemApart()
    {
        _runs.Make("finished", finished: true);
        _runs.Make("stopped", spotting: 100);
        _runs.Make("failed", spotting: 0, checkpoint: false);
        string lost = _runs.Make("lost");
        File.WriteAllText(Path.Combine(lost, "nonfinite-spotting-7.safetensors"), "");
        string running = _runs.Make("running", spotting: 50);
        File.WriteAllText(Path.Combine(running, RunHolder.FileName), RunHolder.This().ToString());
        Directory.CreateDirectory(Path.Combine(_runs.Runs, "no run"));

        IReadOnlyList<RunSummary> all = Catalog.List();

        Assert.Equal("running", all[0].Name);
        Assert.Equal(new Dictionary<string, RunState>
        {
            ["failed"] = RunState.Failed,
            ["finished"] = RunState.Finished,
            ["lost"] = RunState.Failed,
            ["running"] = RunState.Running,
            ["stopped"] = RunState.Stopped,
        }, all.ToDictionary(run => run.Name, run => run.State));
        Assert.Contains("nonfinite-spotting-7", all.Single(run => run.Name == "lost").Problem, StringComparison.Ordinal);
        RunSummary stopped = all.Single(run => run.Name == "stopped");
        Assert.Equal(("fix32", "spotting", 100L, (long?)SampleRuns.Steps),
            (stopped.Preset, stopped.Last!.Stage, stopped.Last.Step, stopped.Steps));
        Assert.Null(stopped.Remaining);
        // 150 steps of 8 images at 360 a second.
        Assert.Equal(150 * 8 / 360.0, all[0].Remaining!.Value.TotalSeconds, 1e-3);
    }

    [Fact]
    public void List_RunsInsideOtherFolders_AreFoundUnderTheirPath()
    {
        _runs.Make("demo/run", finished: true);

        Assert.Equal("demo/run", Assert.Single(Catalog.List()).Name);
        Assert.NotNull(Catalog.Find("demo/run"));
        Assert.Null(Catalog.Find("demo"));
    }

    [Fact]
    public void List_NoRunsFolder_IsEmpty() =>
        Assert.Empty(new RunCatalog(new AllowedFolders(_runs.At("nowhere"), []), _processes).List());

    [Fact]
    public void List_LinkToARunElsewhere_IsNotRead()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        Directory.Move(_runs.Make("other"), _runs.At("other"));
        Directory.CreateSymbolicLink(Path.Combine(_runs.Runs, "link"), _runs.At("other"));

        Assert.Empty(Catalog.List());
        Assert.Null(Catalog.Find("link"));
        Assert.Null(Catalog.RecipeOf("link"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("a//")]
    [InlineData("../runs/a")]
    [InlineData("/etc")]
    [InlineData("a\0")]
    public void Find_WhatIsNoName_IsNull(string name)
    {
        _runs.Make("a");

        Assert.Null(Catalog.Find(name));
        Assert.NotNull(Catalog.Find("a"));
    }

    [Fact]
    public void Find_ProcessThatHasEnded_IsNotRunning()
    {
        string run = _runs.Make("a");
        RunHolder here = RunHolder.This();
        foreach (RunHolder gone in (RunHolder[])[here with { Started = here.Started - 1000 }, here with { Machine = "elsewhere" },
            here with { Process = int.MaxValue }])
        {
            File.WriteAllText(Path.Combine(run, RunHolder.FileName), gone.ToString());
            Assert.Equal(RunState.Stopped, Catalog.Find("a")!.State);
        }
        foreach (string nonsense in (string[])["", "1 2", "-5 3 x", "0 0 x", "a b c"])
        {
            File.WriteAllText(Path.Combine(run, RunHolder.FileName), nonsense);
            Assert.Equal(RunState.Stopped, Catalog.Find("a")!.State);
        }
    }

    [Fact]
    public void Find_RecipeOfAnotherVersion_IsListedWithoutIt()
    {
        string run = _runs.Make("a");
        File.WriteAllText(Path.Combine(run, RunFolder.RecipeName), "no_such_key: 1\n");

        RunSummary found = Catalog.Find("a")!;

        Assert.Equal(("", null), (found.Preset, found.Steps));
    }
}
