using Spectre.Console;

namespace SpotArtifacts.Cli.Display;

/// <summary>Tables and colours on a writer that may or may not be a terminal.</summary>
internal static class Terminal
{
    // Wide enough that nothing written to a file or a pipe is ever wrapped.
    private const int UnboundedWidth = 1000;

    /// <summary>Whether the terminal says that it knows no escape codes.</summary>
    internal static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>
    /// A console over the writer: colours only on a terminal that knows them, and none where NO_COLOR is set.
    /// </summary>
    public static IAnsiConsole For(TextWriter writer)
    {
        AnsiConsoleOutput output = new(writer);
        AnsiConsoleSettings settings = new() { Out = output };
        if (IsDumb)
            (settings.Ansi, settings.ColorSystem) = (AnsiSupport.No, ColorSystemSupport.NoColors);
        IAnsiConsole console = AnsiConsole.Create(settings);
        if (!output.IsTerminal)
            console.Profile.Width = UnboundedWidth;
        return console;
    }
}
