using System.Diagnostics;

namespace SpotArtifacts.Tests.Support;

/// <summary>Programs started as ranks, by the launchers of MPI that this machine has.</summary>
internal static class MpiRun
{
    /// <summary>The launchers that tests try, as Debian calls them.</summary>
    public static TheoryData<string> Launchers => ["mpirun.openmpi", "mpirun.mpich"];

    /// <summary>Skips the test where a launcher is missing.</summary>
    internal static void Require(string launcher) => Assert.SkipUnless(
        IsThere(launcher), $"{launcher} is not installed (Debian: apt-get install openmpi-bin mpich)");

    /// <summary>The first launcher that is there, for what does not depend on the MPI; skips the test where none is.</summary>
    internal static string RequireAny()
    {
        string? launcher = Launchers.Select(row => row.Data).FirstOrDefault(IsThere);
        Assert.SkipWhen(launcher is null, "no MPI is installed (Debian: apt-get install openmpi-bin, or mpich)");
        return launcher!;
    }

    private static bool IsThere(string launcher) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, launcher)));

    /// <summary>Starts ranks on this machine, each on one thread.</summary>
    internal static Process Start(string launcher, int ranks, IEnumerable<string> command,
        params (string Name, string Value)[] variables)
    {
        string[] more = launcher.Contains("openmpi", StringComparison.Ordinal) ? ["--oversubscribe"] : [];
        ProcessStartInfo start = new(launcher, [.. more, "-np", $"{ranks}", .. command])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        // Containers run tests as root, which Open MPI wants to be told twice.
        foreach ((string name, string value) in variables.Concat([("OMPI_ALLOW_RUN_AS_ROOT", "1"),
            ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"), ("OMP_NUM_THREADS", "1")]))
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for a process: exit status, and all that it wrote.</summary>
    internal static async Task<(int Status, string Text)> End(Process process)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop), error = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, await output + await error);
    }
}
