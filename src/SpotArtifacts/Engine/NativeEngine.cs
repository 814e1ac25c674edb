using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace SpotArtifacts.Engine;

/// <summary>
/// Loads libtorch before TorchSharp's first use, and says what was loaded. TorchSharp left to itself fails on Linux systems
/// older than its build machine, looks for no libtorch but its package's, and copies half a gigabyte when it does not find it.
/// </summary>
/// <remarks>
/// Whatever touches a type of TorchSharp calls <see cref="EnsureLoaded"/> first. The networks of this library do so
/// themselves, in the static constructor of their base class, so that who only builds one needs to know nothing of this. (It
/// runs before the first of them is made, but not before the field initialisers of a class derived from it.) A program that
/// uses TorchSharp before calls this as the first thing it does.
/// </remarks>
public static class NativeEngine
{
    /// <summary>The libtorch TorchSharp was compiled against; its C++ interface fits no other.</summary>
    public const string RequiredVersion = "2.10";

    private static readonly Lock s_lock = new();
    private static volatile bool s_loaded;
    private static nint s_torch;
    private static string s_path = "", s_version = "", s_copyReason = "";
    private static string? s_copy, s_versionWarning;

    /// <summary>File that libtorch's processor kernels were loaded from.</summary>
    public static string LibtorchPath => Loaded(ref s_path);

    /// <summary>Version of the loaded libtorch, as <c>2.10.0</c>.</summary>
    public static string LibtorchVersion => Loaded(ref s_version);

    /// <summary>
    /// The copy of TorchSharp's native library that is in use on older Linux systems, or null: the original is.
    /// </summary>
    internal static string? PatchedCopy => Loaded(ref s_copy);

    /// <summary>Why a copy is in use, or why the original is.</summary>
    internal static string PatchedCopyReason => Loaded(ref s_copyReason);

    /// <summary>
    /// What is to be said of a libtorch of another version that was asked for all the same; null where it fits.
    /// </summary>
    internal static string? VersionWarning => Loaded(ref s_versionWarning);

    /// <summary>Whether the loaded libtorch is built with CUDA.</summary>
    internal static bool HasCuda => File.Exists(Path.Combine(Path.GetDirectoryName(LibtorchPath)!, EngineLibraries.CudaFile));

    /// <summary>Threads that one operator may use; at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public static int ThreadCount
    {
        get
        {
            EnsureLoaded();
            return torch.get_num_threads();
        }
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            EnsureLoaded();
            torch.set_num_threads(value);
        }
    }

    /// <summary>
    /// Handle of the library with libtorch's processor kernels; what it depends on can be looked up through it.
    /// </summary>
    internal static nint TorchHandle => Loaded(ref s_torch);

    /// <summary>
    /// Sets the threads of operators: as many as asked for, else as the environment says (OMP_NUM_THREADS), else as many as the
    /// process has cores (its affinity and its container's quota count). Call it on the thread that computes.
    /// </summary>
    /// <param name="threads">1 or more, or null.</param>
    /// <returns>The threads now in use.</returns>
    public static int SetThreads(int? threads = null) =>
        ThreadCount = threads ?? ThreadsFor(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), Environment.ProcessorCount);

    /// <summary>Loads the native libraries, once; costs nothing afterwards, and may be called from any thread.</summary>
    /// <exception cref="NativeEngineException">One of them cannot be loaded.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnsureLoaded()
    {
        if (!s_loaded)
            LoadOnce();
    }

    // OMP_NUM_THREADS may be a list, one number for each level of nesting; operators run on the first.
    internal static int ThreadsFor(string? asked, int cores) =>
        int.TryParse(asked?.Split(',')[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out int threads) && threads > 0
            ? threads : cores;

    /// <summary>Says that a libtorch is of another version than TorchSharp needs.</summary>
    /// <param name="version">The libtorch's.</param>
    /// <param name="file">Where it is.</param>
    /// <param name="accepted">Value of <see cref="EngineLibraries.VersionVariable"/>.</param>
    /// <returns>A warning where it was asked for all the same; null where it fits.</returns>
    internal static string? CheckVersion(string version, string file, string? accepted = null)
    {
        if (!string.IsNullOrEmpty(accepted) && accepted != EngineLibraries.AnyVersion)
            throw new NativeEngineException(
                $"{EngineLibraries.VersionVariable} is '{accepted}'; its one value is '{EngineLibraries.AnyVersion}', which tries a "
                    + "libtorch of any version; unset it to be held to the one that fits");
        if (version == RequiredVersion || version.StartsWith($"{RequiredVersion}.", StringComparison.Ordinal))
            return null;
        if (string.IsNullOrEmpty(accepted))
            throw new NativeEngineException(
                $"{file} is libtorch {version}; TorchSharp needs {RequiredVersion}: reference that version of the libtorch "
                + $"package, or set {EngineLibraries.FolderVariable} to a PyTorch of that version");
        return $"{file} is libtorch {version}, TorchSharp was compiled against {RequiredVersion}: taken because "
            + $"{EngineLibraries.VersionVariable} is '{accepted}'; trust its numbers only after spot verify";
    }

    private static void LoadOnce()
    {
        lock (s_lock)
        {
            if (s_loaded)
                return;
            Libc.KeepMemory();
            Load();
            s_loaded = true;
        }
    }

    private static void Load()
    {
        string? named = Environment.GetEnvironmentVariable(EngineLibraries.FolderVariable);
        IReadOnlyList<string> own = EngineLibraries.OwnFolders();
        string folder = EngineLibraries.TorchFolder(named, own);
        string bridge = Path.Combine(EngineLibraries.Folder(EngineLibraries.TorchSharpFile, own), EngineLibraries.TorchSharpFile);
        s_path = Path.Combine(folder, EngineLibraries.TorchFile);
        foreach (string file in EngineLibraries.LoadOrder(folder))
        {
            nint handle = EngineLibraries.Load(file);
            if (file != s_path)
                continue;
            s_torch = handle;
            // A package is of the version it says; another installation must be able to tell.
            s_version = VersionOf(handle) ?? (string.IsNullOrEmpty(named) ? RequiredVersion : "older than 2.9");
            s_versionWarning = CheckVersion(s_version, file, Environment.GetEnvironmentVariable(EngineLibraries.VersionVariable));
            // libtorch asks NNPACK anew at every small convolution, and warns each time that the processor is none that NNPACK knows.
            SetInContext("_ZN2at7Context20setUserEnabledNNPACKEb", false);
            // Shapes stay the same from step to step, so that measuring cuDNN's algorithms pays; of no effect on a processor.
            SetInContext("_ZN2at7Context17setBenchmarkCuDNNEb", true);
        }
        (string toLoad, s_copyReason) = OperatingSystem.IsLinux() ? LoadableCopy.Of(bridge)
            : (bridge, "only Linux systems may need one");
        s_copy = toLoad == bridge ? null : toLoad;
        EngineLibraries.Load(toLoad);
        if (!string.IsNullOrEmpty(named))
            HideOwnLibtorch(folder, own);
        StartTorchSharp();
    }

    // TorchSharp looks for libtorch in the program's own folders whatever is loaded already.
    private static void HideOwnLibtorch(string folder, IReadOnlyList<string> own)
    {
        foreach (string library in EngineLibraries.OwnTorch(own, folder))
        {
            if (!OperatingSystem.IsLinux())
                throw new NativeEngineException(
                    $"{EngineLibraries.FolderVariable} is set, but this program has a libtorch of its own ({library}), which "
                    + "TorchSharp would load beside it; reference another libtorch package instead");
            EngineLibraries.Load(LoadableCopy.Answering(folder, Path.GetFileName(library)["lib".Length..]));
        }
    }

    // From here on TorchSharp finds its library loaded: the system's loader knows it by the name it carries inside.
    private static void StartTorchSharp()
    {
        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            throw new NativeEngineException($"TorchSharp does not start: {(e.InnerException ?? e).Message}", e);
        }
    }

    // Settings of libtorch's that TorchSharp does not bind.
    private static unsafe void SetInContext(string setter, bool value)
    {
        if (!NativeLibrary.TryGetExport(s_torch, "_ZN2at13globalContextEv", out nint context)
            || !NativeLibrary.TryGetExport(s_torch, setter, out nint set))
            return;
        ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), value ? (byte)1 : (byte)0);
    }

    // Major, minor and patch stand in the upper three bytes.
    private static unsafe string? VersionOf(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out nint address))
            return null;
        ulong version = ((delegate* unmanaged<ulong>)address)();
        return string.Create(CultureInfo.InvariantCulture, $"{version >> 56}.{(version >> 48) & 0xff}.{(version >> 40) & 0xff}");
    }

    private static T Loaded<T>(ref T value)
    {
        EnsureLoaded();
        return value;
    }
}
