using Spectre.Console;

namespace SpotArtifacts.Cli.Display;

/// <summary>Tables and colours on a writer that may or may not be a terminal.</summary>
public static class Terminal
{
    // Wide enough that nothing written to a file or a pipe is ever wrapped.
    private const int UnboundedWidth = 1000;

    /// <summary>A console over the writer: colours only on a terminal, and none where NO_COLOR is set.</summary>
    public static IAnsiConsole For(TextWriter writer)
    {
        AnsiConsoleOutput output = new(writer);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output });
        if (!output.IsTerminal)
            console.Profile.Width = UnboundedWidth;
        return console;
    }
}
