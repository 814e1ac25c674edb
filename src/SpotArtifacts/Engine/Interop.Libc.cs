using System.Runtime.InteropServices;

namespace SpotArtifacts.Engine;

/// <summary>The C library's allocator, where it is glibc's.</summary>
internal static partial class Libc
{
    private const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3;

    /// <summary>
    /// Activations are megabytes, allocated and freed in every step. By default glibc gives such blocks back to the system and
    /// gets them again page by page; kept, a step is a quarter faster.
    /// </summary>
    internal static void KeepMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = mallopt(MmapThreshold, 32 << 20);
            _ = mallopt(TrimThreshold, 512 << 20);
            _ = mallopt(TopPad, 64 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library (musl) has no such settings.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
