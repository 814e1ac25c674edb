using System.Runtime.InteropServices;

namespace SpotArtifacts.Images;

/// <summary>
/// What is called of the runtime's own System.Native, which knows the layout of <c>struct stat</c> on every Unix: no public class
/// of .NET tells a pipe or a device from a file before it is opened.
/// </summary>
internal static partial class Interop
{
    internal static partial class SystemNative
    {
        /// <summary>Follows links; 0 where the path is there.</summary>
        [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Stat(string path, out Status status);

        /// <summary>The runtime's <c>FileStatus</c>: its first fields, and room for all that follow.</summary>
        [StructLayout(LayoutKind.Sequential, Size = 256)]
        internal struct Status
        {
            internal int Flags;

            /// <summary>Type and permissions, as in POSIX's <c>st_mode</c>.</summary>
            internal int Mode;
            internal uint User;
            internal uint Group;

            /// <summary>Bytes.</summary>
            internal long Size;
        }
    }
}
