using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Display;

/// <summary>
/// Standard output and standard error as this program writes to them. Results that cannot be written are a failure that names the
/// stream; messages that cannot be are lost, and the work goes on: its results are worth more than what is said about them.
/// </summary>
internal sealed class StandardStreams
{
    private const int CloseOnExec = 0x80000, AccessMode = 3, ReadOnly = 0;

    private readonly GuardedWriter _error;

    private StandardStreams(GuardedWriter error) => _error = error;

    /// <summary>Whether a message could not be written.</summary>
    public bool HaveLostMessages => _error.HasFailed;

    /// <summary>Puts guarded writers in place of the console's.</summary>
    public static StandardStreams Guard()
    {
        GuardedWriter output = new(IsOpen(1) ? Console.Out : null, "standard output", isVital: true),
            error = new(IsOpen(2) ? Console.Error : null, "standard error", isVital: false);
        Console.SetOut(output);
        Console.SetError(error);
        return new StandardStreams(error);
    }

    /// <summary>
    /// Whether a stream is what this process was started with. Where it was closed, the runtime has opened something of its own
    /// under its number: that is closed when another program is started, or only for reading, or a pipe to itself.
    /// </summary>
    internal static bool IsOpen(int number)
    {
        string info = $"/proc/self/fdinfo/{number}";
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo"))
            return true;
        try
        {
            int flags = Flags(info);
            return (flags & CloseOnExec) == 0 && (flags & AccessMode) != ReadOnly && !IsOwnPipe(number);
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            return false;
        }
    }

    private static int Flags(string info)
    {
        string flags = File.ReadLines(info).First(line => line.StartsWith("flags:", StringComparison.Ordinal))["flags:".Length..];
        return Convert.ToInt32(flags.Trim(), 8);
    }

    // The other end is here, too. Copies of this end do not count: the console makes one.
    private static bool IsOwnPipe(int number)
    {
        string? Target(string descriptor) => new FileInfo(descriptor).LinkTarget;
        string? own = Target($"/proc/self/fd/{number}");
        return own is not null && own.StartsWith("pipe:", StringComparison.Ordinal)
            && Directory.EnumerateFileSystemEntries("/proc/self/fd").Any(other => Target(other) == own
                && (Flags($"/proc/self/fdinfo/{Path.GetFileName(other)}") & AccessMode) == ReadOnly);
    }
}
