using System.Runtime.InteropServices;

namespace SpotArtifacts.Studio.Runs;

/// <summary>Signals to processes: no class of .NET sends any but the one that kills.</summary>
internal static partial class Interop
{
    internal static partial class Process
    {
        /// <summary>Number of CTRL_BREAK_EVENT.</summary>
        internal const uint Break = 1;

        [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
        internal static partial int Kill(int process, int signal);

        [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static partial bool GenerateConsoleCtrlEvent(uint type, uint processGroup);
    }
}
