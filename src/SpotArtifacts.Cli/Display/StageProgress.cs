using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Display;

/// <summary>Progress of work in several steps over images: each step is shown as <see cref="DataProgress"/> shows one.</summary>
internal sealed class StageProgress(bool quiet) : IDisposable
{
    private DataProgress _current = new("", quiet);

    internal void Log(string message) => _current.Log(message);

    /// <summary>Begins a step.</summary>
    /// <returns>Whom to tell of its progress.</returns>
    internal Action<DecodingProgress> Begin(string stage)
    {
        _current.Dispose();
        _current = new DataProgress(stage, quiet);
        return _current.Report;
    }

    public void Dispose() => _current.Dispose();
}
