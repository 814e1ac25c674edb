using System.CommandLine;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot studio</c>: web pages over runs and models.</summary>
internal static class StudioCommand
{
    /// <summary>Makes the command. Nothing of the studio is loaded before it is carried out.</summary>
    public static Command Create()
    {
        Argument<string> runs = new("RUNS_FOLDER") { Description = "Folder of the runs.", DefaultValueFactory = _ => "runs" };
        Command command = new("studio", "Watch, start and compare runs in the browser, and look at what a model sees.") { runs };
        Option<string[]> images = new("--images")
        {
            Description = "Folders whose images may be read besides; nothing else is.",
            HelpName = "FOLDER",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        Option<string> host = new("--host")
        {
            Description = "Address to listen at; beyond this machine only with a token.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "localhost",
        };
        Option<int?> port = new("--port") { Description = "Port to listen at; 7768 unless said.", HelpName = "NUMBER" };
        Option<string?> token = new("--token")
        {
            Description = "What whoever opens it must know, 16 characters or more; generated where --host needs one.",
            HelpName = "TEXT",
        };
        Option<int> requests = new("--requests-per-second")
        {
            Description = "Searches a second that one client may ask of the web service over a longer time.",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 2,
        };
        foreach (Option option in (Option[])[images, host, port, token, requests])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => Run(parsed.GetValue(runs)!, parsed.GetValue(images)!, parsed.GetValue(host)!,
            parsed.GetValue(port), parsed.GetValue(token), parsed.GetValue(requests), parsed.InvocationConfiguration, stop));
        return command;
    }

    // Apart, so that only whoever comes here loads the web server.
    private static Task Run(string runs, string[] images, string host, int? port, string? token, int requests,
        InvocationConfiguration invocation, CancellationToken stop)
    {
        StudioOptions options = new()
        {
            RunsFolder = runs,
            ImageFolders = images,
            Host = host,
            Port = port ?? StudioOptions.DefaultPort,
            Token = token,
            RequestsPerSecond = requests,
            Program = SpotProgram(),
        };
        return StudioServer.Run(options.Checked(), invocation.Output, stop);
    }

    private static string[] SpotProgram()
    {
        string self = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? [self, Path.Combine(AppContext.BaseDirectory, "spot.dll")] : [self];
    }
}
