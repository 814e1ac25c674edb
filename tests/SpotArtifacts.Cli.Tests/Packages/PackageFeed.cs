using System.Diagnostics;
using SpotArtifacts.Cli.Tests.Repository;

namespace SpotArtifacts.Cli.Tests.Packages;

/// <summary>
/// A folder with all packages of this repository, as <c>dotnet pack</c> makes them, and what was done with them.
/// </summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private string? _demo;
    private readonly string _folder = Directory.CreateTempSubdirectory("spot-packages-").FullName;

    /// <summary>The packages.</summary>
    internal string Packages => At("feed");

    /// <summary>The installed program.</summary>
    internal string Spot => At(OperatingSystem.IsWindows() ? "tool/spot.exe" : "tool/spot");

    /// <summary>Projects that become packages.</summary>
    internal static string[] Projects => [.. Directory.GetDirectories(WorkTree.At("src"))
        .Where(folder => Directory.GetFiles(folder, "*.csproj").Length == 1)];

    /// <summary>A finished demo on the smallest scale, made by the installed program: its folder, and what it printed.</summary>
    internal async Task<(string Folder, string Printed)> Demo()
    {
        string folder = At("demo");
        _demo ??= await Run(At(""), Spot, "demo", "--quiet", "--out", folder, "--images", "240", "--preset", "fix32",
            "--set", "batch_per_rank=8", "--set", "autoencoding.steps=2", "--set", "spotting.steps=2");
        return (folder, _demo);
    }

    internal string At(string path) => Path.Combine(_folder, path);

    public async ValueTask InitializeAsync()
    {
        // The configuration that this test was built in is built already; what is missing is the program for this platform. Without
        // its references, so that no assembly is compiled anew that other tests are using.
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        foreach (string project in Projects)
        {
            string[] built = project.EndsWith(".Cli", StringComparison.Ordinal)
                ? ["-p:RunAnalyzers=false", "-p:BuildProjectReferences=false"] : ["--no-build"];
            await Dotnet(WorkTree.Root, ["pack", project, "-c", configuration, "-o", Packages, "-v", "quiet", "-nodeReuse:false",
                "--no-restore", .. built]);
        }
        await Dotnet(At(""), "tool", "install", "SpotArtifacts.Tool", "--tool-path", At("tool"), "--add-source", Packages);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs the .NET command line; what it writes to standard output.</summary>
    internal static Task<string> Dotnet(string folder, params string[] arguments) => Run(folder, "dotnet", arguments);

    /// <summary>Runs a program that must succeed; what it writes to standard output.</summary>
    internal static async Task<string> Run(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        // This process may itself have been started by MSBuild, whose settings are not meant for another one.
        foreach (string name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{await error}");
        return output;
    }
}
