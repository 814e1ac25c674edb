using System.Diagnostics;
using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>What runs took.</summary>
/// <param name="Median">Milliseconds by the clock, of the middle one.</param>
/// <param name="Processor">Milliseconds of processor time, all threads of the process together, on average.</param>
/// <param name="Runs">How many.</param>
/// <param name="Fastest">Milliseconds by the clock, of the fastest.</param>
/// <param name="ManagedBytes">Managed memory that a run allocates on its own thread.</param>
/// <param name="SystemBytes">What the process holds in memory more after the last run than before the first, by run.</param>
internal sealed record Timing(
    double Median, double Processor, int Runs, double Fastest, double ManagedBytes, double SystemBytes);

/// <summary>Times runs on a device, after some that do not count: compiled code, chosen kernels, memory.</summary>
internal sealed class RunTimer(Device device, TimeSpan warmUp, TimeSpan time)
{
    private const int WarmUpRuns = 3, FewestRuns = 3;

    // A device works behind the program's back: several runs are waited for together, as in training.
    private readonly int _group = device.type == TorchSharp.DeviceType.CPU ? 1 : 5;

    /// <summary>Times a run.</summary>
    internal Timing Time(Action run)
    {
        Repeat(run, WarmUpRuns, warmUp);
        return Repeat(run, FewestRuns, time);
    }

    private Timing Repeat(Action run, int fewest, TimeSpan budget)
    {
        List<double> milliseconds = [];
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        (long managed, long held) = (GC.GetAllocatedBytesForCurrentThread(), Environment.WorkingSet);
        long begin = Stopwatch.GetTimestamp();
        while (milliseconds.Count < fewest || Stopwatch.GetElapsedTime(begin) < budget)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < _group; i++)
                run();
            EngineDevice.Wait(device);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / _group);
        }
        processor = Environment.CpuUsage.TotalTime - processor;
        int runs = milliseconds.Count * _group;
        return new Timing(milliseconds.Order().ElementAt(milliseconds.Count / 2), processor.TotalMilliseconds / runs, runs,
            milliseconds.Min(), (GC.GetAllocatedBytesForCurrentThread() - managed) / (double)runs,
            (Environment.WorkingSet - held) / (double)runs);
    }
}
