using System.CommandLine;
using System.CommandLine.Parsing;
using SpotArtifacts.Cli.Commands;

namespace SpotArtifacts.Cli;

/// <summary>The <c>spot</c> program: its commands, and what every command's end turns into.</summary>
public static class SpotCommandLine
{
    /// <summary>The command tree. A command is one file under Commands/ and one line here.</summary>
    public static RootCommand CreateRoot()
    {
        RootCommand root = new("Visual features without labels: learn them by learning to spot artifacts.")
        {
            DemoCommand.Create(),
            PretrainCommand.Create(),
            PretrainCommand.CreateResume(),
            EvalCommand.Create(),
            ProbeCommand.Create(),
            FeaturesCommand.Create(),
            SearchCommand.Create(),
            DuplicatesCommand.Create(),
            MapCommand.Create(),
            ExportCommand.Create(),
            InspectCommand.Create(),
            RepairCommand.Create(),
            DataCommand.Create(),
            DoctorCommand.Create(),
            PresetsCommand.Create(),
            RecipeCommand.Create(),
            VerifyCommand.Create(),
        };
        GlobalOptions.AddTo(root);
        root.SetAction(parsed => root.Parse(["--help"]).Invoke(parsed.InvocationConfiguration));
        return root;
    }

    /// <summary>Runs a command line. Results go to one writer; progress, log and errors to the other.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, StopSignals signals) =>
        RunAsync(CreateRoot(), args, output, error, signals);

    internal static async Task<int> RunAsync(
        RootCommand root, IReadOnlyList<string> args, TextWriter output, TextWriter error, StopSignals signals)
    {
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            return ReportUsage(parsed, error);
        try
        {
            // Stopping is this program's own (StopSignals): the library's would give a run two seconds to end.
            InvocationConfiguration configuration = new()
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            int code = await parsed.InvokeAsync(configuration, signals.Token).ConfigureAwait(false);
            return signals.ExitCode ?? code;
        }
        catch (OperationCanceledException) when (signals.ExitCode is int code)
        {
            await error.WriteLineAsync("spot: stopped").ConfigureAwait(false);
            return code;
        }
#pragma warning disable CA1031 // The end of the line: whatever it is, it becomes a message and an exit status.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ReportFailure(failure, parsed.IsVerbose(), error);
            return ExitCodes.Failure;
        }
    }

    private static int ReportUsage(ParseResult parsed, TextWriter error)
    {
        foreach (string message in parsed.Errors.Select(problem => problem.Message).Distinct())
            error.WriteLine($"spot: {message}");
        List<string> names = [];
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent)
            names.Insert(0, command.Command is RootCommand ? "spot" : command.Command.Name);
        error.WriteLine($"Usage: {string.Join(' ', names)} --help");
        return ExitCodes.Usage;
    }

    private static void ReportFailure(Exception failure, bool verbose, TextWriter error)
    {
        if (verbose)
            error.WriteLine($"spot: {failure}");
        else if (failure is SpotException)
            error.WriteLine($"spot: {failure.Message}");
        else
        {
            error.WriteLine($"spot: unexpected {failure.GetType().Name}: {failure.Message}");
            error.WriteLine("      (-v shows where it comes from)");
        }
    }
}
