using System.Diagnostics;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>Starts the built program as a process of its own.</summary>
internal static class SpotProcess
{
    // The test host is itself started by "dotnet" or by a program file beside it.
    private static readonly string s_dotnet =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.Ordinal)
            ? Environment.ProcessPath! : "dotnet";

    /// <param name="arguments">Its command line.</param>
    /// <param name="launcher">A program and arguments that start it, as <c>env</c> does; none to start it directly.</param>
    internal static Process Start(IEnumerable<string> arguments, params string[] launcher)
    {
        string[] command = [.. launcher, s_dotnet, Path.Combine(AppContext.BaseDirectory, "spot.dll"), .. arguments];
        return Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true
        })!;
    }

    /// <summary>Starts it as several ranks.</summary>
    internal static Process StartRanks(string launcher, IEnumerable<string> arguments, int ranks = 2) =>
        MpiRun.Start(launcher, ranks, [s_dotnet, Path.Combine(AppContext.BaseDirectory, "spot.dll"), .. arguments]);

    /// <summary>Waits for the end of a process that must end well.</summary>
    internal static async Task Succeed(Process process)
    {
        using (process)
        {
            (int status, string text) = await MpiRun.End(process);
            Assert.True(status == 0, text);
        }
    }
}
