using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Engine;

/// <summary>
/// Memory in pages of 2 MB. A step of stage 2 with AlexNet's widths goes through half a gigabyte of weights, moments and gradients:
/// in pages of 4 KB it spends up to half its time on them (docs/performance.md). glibc 2.35 and later ask the system for huge
/// pages where <c>GLIBC_TUNABLES</c> says so when the process starts.
/// </summary>
internal static partial class HugePages
{
    /// <summary>Set in a process that was started anew; set to anything before, it forbids that.</summary>
    internal const string Variable = "SPOT_HUGE_PAGES";

    private const string Tunables = "GLIBC_TUNABLES";

    private const string SystemFile = "/sys/kernel/mm/transparent_hugepage/enabled";

    /// <summary>What the system's file says, as <c>always [madvise] never</c>; empty where there is none.</summary>
    internal static string SystemSetting => File.Exists(SystemFile) ? File.ReadAllText(SystemFile).Trim() : "";

    /// <summary>
    /// Starts this process anew with huge pages asked for: same number, arguments, open files and environment otherwise. Returns
    /// where that is not to be (<see cref="With"/>, <see cref="AreOffered"/>). To be called before anything else has begun.
    /// </summary>
    internal static void RestartWithThem()
    {
        if (!AreOffered(SystemSetting) || With(File.ReadAllBytes("/proc/self/environ")) is not { } environment)
            return;
        // Where the system refuses, this process goes on: as before, only slower.
        _ = Execute("/proc/self/exe", Split(File.ReadAllBytes("/proc/self/cmdline")), environment);
    }

    /// <summary>Whether the system gives huge pages to who asks: not where it never does, nor where it always does.</summary>
    /// <param name="setting">What the system's file says, as <c>always [madvise] never</c>.</param>
    internal static bool AreOffered(string setting) => setting.Contains("[madvise]", StringComparison.Ordinal);

    /// <summary>
    /// An environment with huge pages asked for; null where it has one of the two variables: whoever sets glibc's decides all of
    /// them, and a process is started anew once.
    /// </summary>
    /// <param name="environment"><c>NAME=value</c>, each followed by a zero byte.</param>
    internal static List<byte[]>? With(byte[] environment)
    {
        List<byte[]> variables = Split(environment);
        byte[][] names = [.. new[] { Variable, Tunables }.Select(name => Encoding.UTF8.GetBytes(name + "="))];
        if (variables.Any(variable => names.Any(name => variable.AsSpan().StartsWith(name))))
            return null;
        return [.. variables, [.. names[0], .. "1"u8], [.. names[1], .. "glibc.malloc.hugetlb=1"u8]];
    }

    private static List<byte[]> Split(byte[] text)
    {
        List<byte[]> parts = [];
        for (ReadOnlySpan<byte> rest = text; rest.IndexOf((byte)0) is >= 0 and int end; rest = rest[(end + 1)..])
            parts.Add(rest[..end].ToArray());
        return parts;
    }

    private static unsafe int Execute(string program, List<byte[]> arguments, List<byte[]> environment)
    {
        nint[] argumentTexts = Texts(arguments), environmentTexts = Texts(environment);
        fixed (nint* first = argumentTexts, second = environmentTexts)
            return execve(program, first, second);

        static nint[] Texts(List<byte[]> parts) => [.. parts.Select(part =>
        {
            nint text = (nint)NativeMemory.AllocZeroed((nuint)part.Length + 1);
            Marshal.Copy(part, 0, text, part.Length);
            return text;
        }), 0];
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int execve(string program, nint* arguments, nint* environment);
}
