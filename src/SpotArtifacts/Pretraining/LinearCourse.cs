namespace SpotArtifacts.Pretraining;

/// <summary>A setting that changes linearly from the first step to the last.</summary>
/// <param name="Start">At the first step.</param>
/// <param name="End">At the last; null: as at the first.</param>
/// <param name="Steps">Number of steps in all.</param>
internal sealed record LinearCourse(double Start, double? End, long Steps)
{
    /// <summary>Value of a step, counted from 0.</summary>
    public double At(long step) =>
        End is not { } end || Steps < 2 ? Start : Start + (end - Start) * Math.Min(1, step / (Steps - 1.0));
}
