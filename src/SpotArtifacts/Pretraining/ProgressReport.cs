namespace SpotArtifacts.Pretraining;

/// <summary>Where a stage stands: what a progress display shows.</summary>
/// <param name="Stage">Name of the stage, for example <c>autoencoding</c>.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps the stage has in all.</param>
/// <param name="ImagesPerSecond">Images consumed a second, over all ranks.</param>
/// <param name="WaitShare">Share of the time spent waiting for data, 0 to 1.</param>
/// <param name="Losses">The losses, named, in the order they are shown.</param>
/// <param name="Remaining">Estimated time to the end of the stage; zero or less is shown as unknown.</param>
public sealed record ProgressReport(
    string Stage,
    long Step,
    long Steps,
    double ImagesPerSecond,
    double WaitShare,
    IReadOnlyList<(string Name, double Value)> Losses,
    TimeSpan Remaining);
