namespace SpotArtifacts.Pretraining;

/// <summary>Somebody's wish, from any thread, that a run writes a checkpoint after the step it is in, and goes on.</summary>
public sealed class CheckpointRequest
{
    private int _asked;

    /// <summary>Asks for one.</summary>
    public void Ask() => Interlocked.Exchange(ref _asked, 1);

    /// <summary>Whether one was asked for since the last call.</summary>
    internal bool Take() => Interlocked.Exchange(ref _asked, 0) != 0;
}
