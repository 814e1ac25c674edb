using System.CommandLine;

namespace SpotArtifacts.Cli;

/// <summary>The options every command takes.</summary>
public static class GlobalOptions
{
    private const string Quiet = "--quiet";
    private const string Verbose = "--verbose";

    /// <summary>Gives the options to a root command and all commands below it.</summary>
    public static void AddTo(RootCommand root)
    {
        ArgumentNullException.ThrowIfNull(root);
        root.Options.Add(new Option<bool>(Quiet, "-q") { Description = "No progress, only results and errors.", Recursive = true });
        root.Options.Add(new Option<bool>(Verbose, "-v") { Description = "More detail; with an error, where it comes from.", Recursive = true });
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
}
