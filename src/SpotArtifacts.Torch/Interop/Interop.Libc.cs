using System.Runtime.InteropServices;

namespace SpotArtifacts.Torch.Interop;

/// <summary>The C library.</summary>
internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetEnvironment(string name, string value, int overwrite);
}
