using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Runs;

/// <summary>What the buttons of a run do.</summary>
internal sealed class RunControl(RunCatalog catalog, RunProcesses processes)
{
    /// <summary>Asks it to write a checkpoint and end.</summary>
    /// <exception cref="StudioException">It does not train, or cannot be told.</exception>
    internal void Stop(string name) => RunSignals.Stop(ProcessOf(name));

    /// <summary>Asks it for a checkpoint; it goes on.</summary>
    /// <exception cref="StudioException">It does not train, or cannot be told.</exception>
    internal void Checkpoint(string name) => RunSignals.Checkpoint(ProcessOf(name));

    /// <summary>Continues it as <c>spot resume</c> does.</summary>
    /// <exception cref="StudioException">It trains already, or cannot be started.</exception>
    internal StartedRun Resume(string name)
    {
        RunSummary run = Find(name);
        if (run.State == RunState.Running)
            throw new StudioException($"{name} is being trained already");
        return processes.Start(run.Path, ["resume", run.Path]);
    }

    private int ProcessOf(string name) => catalog.ProcessOf(Find(name).Path)
        ?? throw new StudioException($"{name} is not being trained any more");

    private RunSummary Find(string name) =>
        catalog.Find(name) ?? throw new StudioException($"there is no run called {name}");
}
