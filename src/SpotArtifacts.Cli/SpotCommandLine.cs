using System.CommandLine;
using System.CommandLine.Parsing;
using SpotArtifacts.Cli.Commands;
using SpotArtifacts.Distributed;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli;

/// <summary>The <c>spot</c> program: its commands, and what every command's end turns into.</summary>
internal static class SpotCommandLine
{
    // A path may begin with @: nobody would look for a file of arguments behind it.
    private static readonly ParserConfiguration s_parsing = new() { ResponseFileTokenReplacer = null };

    private static readonly HashSet<string> s_training = ["demo", "pretrain", "resume", "eval", "probe", "verify"];

    // A command is one file under Commands/ and one line here.
    private static readonly (string Name, Func<Command> Create)[] s_commands =
    [
        ("demo", DemoCommand.Create),
        ("pretrain", PretrainCommand.Create),
        ("resume", PretrainCommand.CreateResume),
        ("eval", EvalCommand.Create),
        ("probe", ProbeCommand.Create),
        ("features", FeaturesCommand.Create),
        ("search", SearchCommand.Create),
        ("duplicates", DuplicatesCommand.Create),
        ("map", MapCommand.Create),
        ("export", ExportCommand.Create),
        ("inspect", InspectCommand.Create),
        ("repair", RepairCommand.Create),
        ("data", DataCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("presets", PresetsCommand.Create),
        ("recipe", RecipeCommand.Create),
        ("verify", VerifyCommand.Create),
        ("studio", StudioCommand.Create),
    ];

    /// <summary>The tree of all commands.</summary>
    public static RootCommand CreateRoot() => CreateRoot(s_commands.Select(command => command.Create()));

    /// <summary>
    /// The part of it that a command line needs: where it begins with a command's name, that one alone. The others, with all
    /// their options, would be compiled at each start for nothing.
    /// </summary>
    internal static RootCommand CreateRootFor(IReadOnlyList<string> args)
    {
        if (args is ["--version"])
            return CreateRoot([]);
        (string Name, Func<Command> Create)[] named = [.. s_commands.Where(command => args.Count > 0 && command.Name == args[0])];
        return named.Length > 0 ? CreateRoot([named[0].Create()]) : CreateRoot();
    }

    private static RootCommand CreateRoot(IEnumerable<Command> commands)
    {
        RootCommand root = new("Visual features without labels: learn them by learning to spot artifacts.");
        foreach (Command command in commands)
            root.Add(command);
        GlobalOptions.AddTo(root);
        root.SetAction(parsed => root.Parse(["--help"]).Invoke(parsed.InvocationConfiguration));
        return root;
    }

    /// <summary>Whether a command line trains networks, as far as a look at its words tells.</summary>
    internal static bool Trains(IReadOnlyList<string> args) => args.Any(s_training.Contains);

    /// <summary>Runs a command line. Results go to one writer; progress, log and errors to the other.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, StopSignals signals) =>
        RunAsync(CreateRootFor(args), args, output, error, signals);

    internal static async Task<int> RunAsync(
        RootCommand root, IReadOnlyList<string> args, TextWriter output, TextWriter error, StopSignals signals)
    {
        ParseResult parsed = root.Parse(args, s_parsing);
        if (parsed.Errors.Count > 0)
            return ReportUsage(parsed, error);
        try
        {
            RankCommands.Require(parsed);
            SpotInvocation invocation = new(signals) { Output = output, Error = error };
            Task<int> work = Task.Run(() => parsed.InvokeAsync(invocation, signals.Token));
            if (await Task.WhenAny(work, signals.Overdue).ConfigureAwait(false) == work)
            {
                int code = await work.ConfigureAwait(false);
                return signals.ExitCode ?? code;
            }
            AtomicFile.RemoveUnfinished();
            return ReportStop(signals, error);
        }
        catch (Exception stopped) when ((signals.ExitCode is not null || RankSession.StopsTogether) && IsCancellation(stopped))
        {
            return ReportStop(signals, error);
        }
#pragma warning disable CA1031 // The end of the line: whatever it is, it becomes a message and an exit status.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ReportFailure(failure, parsed.IsVerbose(), error);
            return ExitCodes.Failure;
        }
    }

    private static bool IsCancellation(Exception failure) => failure is OperationCanceledException
        || failure is AggregateException several && several.Flatten().InnerExceptions.All(IsCancellation);

    private static int ReportStop(StopSignals signals, TextWriter error)
    {
        error.WriteLine("spot: stopped");
        return signals.ExitCode ?? ExitCodes.Terminated; // of several ranks, others may have been told
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
        // Of work on several threads: the others failed for the same reason, or were stopped by this one.
        if (failure is AggregateException several)
            failure = several.Flatten().InnerExceptions.FirstOrDefault(one => !IsCancellation(one)) ?? several;
        string rank = RankSession.Prefix;
        if (verbose)
            error.WriteLine($"spot: {rank}{failure}");
        else if (failure is SpotException or ImageFormatException || OutputException.IsSystems(failure))
            error.WriteLine($"spot: {rank}{failure.Message}");
        else if (failure is OutOfMemoryException)
            error.WriteLine(
                $"spot: {rank}there is not enough memory for this; close other programs, or use fewer or smaller images");
        else
        {
            error.WriteLine($"spot: {rank}unexpected {failure.GetType().Name}: {failure.Message}");
            error.WriteLine("      (-v shows where it comes from)");
        }
    }
}
