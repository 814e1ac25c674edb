namespace SpotArtifacts.Cli.Tests;

/// <summary>One run of the program within the test: its exit status and what it wrote where.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    // libtorch 2.10's convolutions (oneDNN) crash, or give gradients that are no numbers, where two threads of a process take
    // their first training steps at the same time.
    private static readonly SemaphoreSlim s_training = new(1);

    public static async Task<CommandLineRun> Of(params string[] args)
    {
        using StopSignals signals = new();
        return await Of(SpotCommandLine.CreateRootFor(args), signals, args);
    }

    public static async Task<CommandLineRun> Of(System.CommandLine.RootCommand root, StopSignals signals, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        bool trains = SpotCommandLine.Trains(args);
        if (trains)
            await s_training.WaitAsync();
        try
        {
            int code = await SpotCommandLine.RunAsync(root, args, output, error, signals);
            return new(code, output.ToString(), error.ToString());
        }
        finally
        {
            if (trains)
                s_training.Release();
        }
    }
}
