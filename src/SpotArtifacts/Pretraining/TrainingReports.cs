namespace SpotArtifacts.Pretraining;

/// <summary>A checkpoint that has been written.</summary>
/// <param name="Stage">Name of the stage it is of.</param>
/// <param name="Step">Steps that the stage has done.</param>
/// <param name="Path">The file; the next checkpoint replaces it.</param>
public sealed record CheckpointReport(string Stage, long Step, string Path);

/// <summary>A stage that has come to its end.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Steps">Steps it had.</param>
/// <param name="Losses">Losses and health numbers of its last step.</param>
public sealed record StageReport(string Stage, long Steps, IReadOnlyList<(string Name, double Value)> Losses);

/// <summary>Hears of what a training loop does, on the thread that trains.</summary>
internal interface ITrainingObserver
{
    /// <summary>A step is computed; nothing of it is written yet.</summary>
    void OnStep(ProgressReport report);

    /// <summary>A checkpoint is written.</summary>
    void OnCheckpoint(CheckpointReport report);

    /// <summary>A stage's last checkpoint is written.</summary>
    void OnStageEnd(StageReport report);
}
