using System.Diagnostics;

namespace SpotArtifacts.Features.Tests;

/// <summary>A program of samples/, run as one of its own.</summary>
internal static class SampleProgram
{
    /// <summary>The folder that a sample was built into.</summary>
    internal static string Built(string name)
    {
        string built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", name, "release"));
        Assert.SkipUnless(Directory.Exists(built), $"the sample is not built: {built}");
        return built;
    }

    /// <summary>The program in the folder that a sample was built into.</summary>
    internal static string Of(string name) => Path.Combine(Built(name), $"{name}.dll");

    /// <summary>Runs one to its end.</summary>
    internal static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>Starts one.</summary>
    internal static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        return Process.Start(start)!;
    }
}
