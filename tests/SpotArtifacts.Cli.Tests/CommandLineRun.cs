namespace SpotArtifacts.Cli.Tests;

/// <summary>One run of the program within the test: its exit status and what it wrote where.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    public static async Task<CommandLineRun> Of(params string[] args)
    {
        using StopSignals signals = new();
        return await Of(SpotCommandLine.CreateRootFor(args), signals, args);
    }

    public static async Task<CommandLineRun> Of(System.CommandLine.RootCommand root, StopSignals signals, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await SpotCommandLine.RunAsync(root, args, output, error, signals);
        return new(code, output.ToString(), error.ToString());
    }
}
