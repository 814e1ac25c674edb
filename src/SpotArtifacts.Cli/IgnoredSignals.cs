using System.Globalization;

namespace SpotArtifacts.Cli;

/// <summary>Signals that this process was started to ignore, as <c>nohup</c> does with SIGHUP: they stay ignored.</summary>
internal static class IgnoredSignals
{
    private const string Status = "/proc/self/status", Field = "SigIgn:";

    /// <summary>Whether a signal is ignored; false where the system does not say.</summary>
    internal static bool Contains(int number)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Status))
            return false;
        string? line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(
                line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask)
            && (mask >> (number - 1) & 1) == 1;
    }
}
