using System.CommandLine;
using System.CommandLine.Parsing;
using SpotArtifacts.Distributed;

namespace SpotArtifacts.Cli;

/// <summary>Which commands share their work among the processes that a launcher starts.</summary>
internal static class RankCommands
{
    private static readonly HashSet<string> s_shared =
        ["pretrain", "resume", "eval", "features", "search index", "data scan", "data pack", "doctor"];

    /// <summary>Refuses to run any other command several times at once, into the same files.</summary>
    /// <exception cref="MpiException">It was started as one of several.</exception>
    internal static void Require(ParseResult parsed)
    {
        int size = Launch.Of(Environment.GetEnvironmentVariable).AnnouncedSize;
        string name = NameOf(parsed.CommandResult);
        if (size > 1 && !s_shared.Contains(name))
            throw new MpiException($"spot {name} does not share its work: it was started {size} times at once; start it without "
                + $"mpirun or srun (these run on several: {string.Join(", ", s_shared.Order(StringComparer.Ordinal))})");
    }

    private static string NameOf(CommandResult result) => result.Parent is CommandResult { Command: not RootCommand } parent
        ? $"{NameOf(parent)} {result.Command.Name}" : result.Command.Name;
}
