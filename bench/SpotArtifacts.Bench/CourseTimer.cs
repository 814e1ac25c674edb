using System.Diagnostics;

namespace SpotArtifacts.Bench;

/// <summary>
/// Times the stages of a whole run from what it says after its steps: mean time of those behind the first
/// <see cref="WarmUpSteps"/>, whatever is done between them included.
/// </summary>
internal sealed class CourseTimer(StepOptions options)
{
    /// <summary>Steps of a stage that do not count: compiled code, chosen kernels, the first batches.</summary>
    internal const int WarmUpSteps = 10;

    private long _firstStep, _start;
    private TimeSpan _processor;

    /// <summary>To be called after steps, not necessarily after each; prints the stage's line after its last.</summary>
    /// <param name="stage">Its name in the line.</param>
    /// <param name="step">Steps done, from 1.</param>
    /// <param name="workOfAnImage">Operations that an image takes (<see cref="StepWork"/>).</param>
    internal void StepDone(string stage, long step, double workOfAnImage)
    {
        if (_start == 0 && step >= WarmUpSteps)
            (_firstStep, _processor, _start) = (step, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        if (step < options.Steps)
            return;
        int steps = (int)(step - _firstStep);
        double mean = Stopwatch.GetElapsedTime(_start).TotalMilliseconds / steps;
        double processor = (Environment.CpuUsage.TotalTime - _processor).TotalMilliseconds / steps;
        options.Print($"{stage}+data", new Timing(mean, processor, steps, mean, 0, 0), workOfAnImage);
        _start = 0;
    }
}
