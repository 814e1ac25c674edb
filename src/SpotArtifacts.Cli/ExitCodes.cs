namespace SpotArtifacts.Cli;

/// <summary>What the program's exit status says.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Tried and failed; standard error says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line makes no sense; nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>Stopped because its terminal went away (128 + SIGHUP).</summary>
    public const int HungUp = 129;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by Ctrl-\ or, on Windows, Ctrl-Break (128 + SIGQUIT).</summary>
    public const int Quit = 131;

    /// <summary>Stopped by SIGTERM (128 + its number).</summary>
    public const int Terminated = 143;
}
