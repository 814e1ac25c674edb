using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace SpotArtifacts.Pretraining;

/// <summary>The process that trains in a run folder, as its file there names it.</summary>
/// <param name="Process">Its number.</param>
/// <param name="Started">When it began, in seconds since 1970: numbers are given anew.</param>
/// <param name="Machine">Where it runs.</param>
internal sealed record RunHolder(int Process, long Started, string Machine)
{
    /// <summary>Name of the file in the run folder.</summary>
    internal const string FileName = ".process";

    // The start of a process is reckoned from a clock that may be set meanwhile.
    private const long Tolerance = 60;

    /// <summary>Whether it still runs, here.</summary>
    internal bool Runs => Machine == Environment.MachineName && StartOf(Process) is { } start
        && Math.Abs(start - Started) <= Tolerance;

    /// <summary>This process.</summary>
    internal static RunHolder This() =>
        new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0, Environment.MachineName);

    /// <summary>Who trains in a folder now; null for nobody on this machine.</summary>
    /// <param name="text">Content of the file.</param>
    internal static RunHolder? Read(string text) =>
        text.Split(' ', 3) is [var process, var started, var machine]
        && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 1
        && long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out long start)
            ? new RunHolder(number, start, machine.Trim()) : null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Process} {Started} {Machine}\n");

    /// <summary>When a process of this machine began; null where it has ended.</summary>
    internal static long? StartOf(int process)
    {
        try
        {
            using Process running = System.Diagnostics.Process.GetProcessById(process);
            return new DateTimeOffset(running.StartTime).ToUnixTimeSeconds();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null; // it has ended
        }
    }
}
