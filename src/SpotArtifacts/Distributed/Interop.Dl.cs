using System.Runtime.InteropServices;

namespace SpotArtifacts.Distributed;

/// <summary>
/// The system's loader, with the one flag that <see cref="NativeLibrary"/> has not: Open MPI loads plugins that look for its
/// symbols among those of the whole process.
/// </summary>
internal static unsafe class Dl
{
    private const int Now = 2;

    private static readonly Lazy<nint> s_library = new(() => NativeLibrary.TryLoad("libc.so.6", out nint c)
        && NativeLibrary.TryGetExport(c, "dlopen", out _) ? c : NativeLibrary.Load("libdl.so.2")); // before glibc 2.34

    private static int Global => OperatingSystem.IsMacOS() ? 8 : 0x100;

    /// <summary>Loads a library so that all of the process sees its symbols.</summary>
    /// <param name="file">Name or path.</param>
    /// <param name="error">What the loader said; empty where it has loaded.</param>
    /// <returns>Its handle, 0 for none.</returns>
    internal static nint Open(string file, out string error)
    {
        error = "";
        if (OperatingSystem.IsWindows())
        {
            error = NativeLibrary.TryLoad(file, out nint loaded) ? "" : "not found";
            return loaded;
        }
        nint library = OperatingSystem.IsMacOS() ? NativeLibrary.GetMainProgramHandle() : s_library.Value;
        // Both are looked up first: a lookup forgets the error of what came before it.
        var open = (delegate* unmanaged<nint, int, nint>)NativeLibrary.GetExport(library, "dlopen");
        var lastError = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "dlerror");
        nint name = Marshal.StringToCoTaskMemUTF8(file);
        nint handle = open(name, Now | Global);
        if (handle == 0)
            error = Marshal.PtrToStringUTF8(lastError()) ?? "the loader says nothing";
        Marshal.FreeCoTaskMem(name);
        return handle;
    }
}
