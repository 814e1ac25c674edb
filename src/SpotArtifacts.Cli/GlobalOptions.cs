using System.CommandLine;

namespace SpotArtifacts.Cli;

/// <summary>The options every command takes.</summary>
internal static class GlobalOptions
{
    private const string Quiet = "--quiet";
    private const string Verbose = "--verbose";

    /// <summary>Gives the options to a root command and all commands below it.</summary>
    public static void AddTo(RootCommand root)
    {
        ArgumentNullException.ThrowIfNull(root);
        Add(root, Quiet, "-q", "No progress, only results and errors.");
        Add(root, Verbose, "-v", "More detail; with an error, where it comes from.");
    }

    /// <summary>Whether progress is unwanted.</summary>
    public static bool IsQuiet(this ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.GetValue<bool>(Quiet);
    }

    /// <summary>Whether more detail is wanted.</summary>
    public static bool IsVerbose(this ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.GetValue<bool>(Verbose);
    }

    private static void Add(RootCommand root, string name, string alias, string description) =>
        root.Options.Add(new Option<bool>(name, alias) { Description = description, Recursive = true });
}
