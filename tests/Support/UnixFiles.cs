using System.Diagnostics;

namespace SpotArtifacts.Tests.Support;

/// <summary>What .NET has no call for: entries of a folder that are no files, and names that are no text.</summary>
internal static class UnixFiles
{
    internal static void MakePipe(string path) => Shell($"mkfifo '{path}'");

    /// <summary>Runs a line of sh.</summary>
    internal static void Shell(string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]))!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
