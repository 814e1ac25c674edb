using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SpotArtifacts.Torch.Interop;

/// <summary>Finds libspot_torch.so, loads it and checks that it speaks this assembly's ABI.</summary>
internal static class NativeLibraryLoader
{
    internal const string FileName = "libspot_torch.so";
    internal const string FolderVariable = "SPOT_NATIVE_DIR";

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    /// <summary>
    /// Looks in the named folder and nowhere else; without one, in artifacts/native of each folder from the base upwards, then in the base
    /// itself, where a build of a program that uses this library puts a copy.
    /// </summary>
    internal static string Locate(string? namedFolder, string baseFolder)
    {
        if (!string.IsNullOrEmpty(namedFolder))
        {
            string file = Path.Combine(namedFolder, FileName);
            return File.Exists(file) ? file : throw Failure(TorchLoadProblem.Missing, $"{FolderVariable} is {namedFolder}, which holds no {FileName}; run ./spot once to build it");
        }
        for (DirectoryInfo? at = new(baseFolder); at is not null; at = at.Parent)
        {
            string file = Path.Combine(at.FullName, "artifacts", "native", FileName);
            if (File.Exists(file)) return file;
        }
        string beside = Path.Combine(baseFolder, FileName);
        if (File.Exists(beside)) return beside;
        throw Failure(TorchLoadProblem.Missing, $"{FileName} not found in artifacts/native above {baseFolder}, nor in that folder; run ./spot once to build it, then build this program again or set {FolderVariable}");
    }

    /// <summary>Loads a file and asks it for its ABI number.</summary>
    internal static unsafe nint Load(string file)
    {
        try
        {
            nint library = NativeLibrary.Load(file);
            var version = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "spot_abi_version");
            CheckAbi(version(), file);
            return library;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw Failure(TorchLoadProblem.Refused, $"cannot load {file}; the loader says: {e.Message.Trim()}", e);
        }
        catch (EntryPointNotFoundException e)
        {
            throw Failure(TorchLoadProblem.WrongAbi, $"{file} is some other library: it has no spot_abi_version; run ./spot once to rebuild it", e);
        }
    }

    internal static void CheckAbi(int found, string file)
    {
        if (found != SpotTorch.AbiVersion)
            throw Failure(TorchLoadProblem.WrongAbi, $"{file} has ABI {found}, this build needs {SpotTorch.AbiVersion}; run ./spot once to rebuild it");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != SpotTorch.Library) return 0;
        string file = Locate(Environment.GetEnvironmentVariable(FolderVariable), AppContext.BaseDirectory);
        ChooseBlasKernels();
        PreferOpenMpBlas();
        return Load(file);
    }

    // Debian's alternatives prefer an OpenBLAS whose threads fight with libtorch's for the cores, or none at all. A library that is loaded
    // already is taken for any other of its name, so the right one is loaded first, unless the user has said where libraries come from.
    private static void PreferOpenMpBlas()
    {
        if (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") is { Length: > 0 } || !Directory.Exists("/usr/lib")) return;
        foreach (string folder in Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*"))
            foreach (string name in (string[])["libblas.so.3", "liblapack.so.3"])
                if (Path.Combine(folder, "openblas-openmp", name) is var file && File.Exists(file)) NativeLibrary.TryLoad(file, out _);
    }

    // OpenBLAS knows processors by model number and takes its slowest kernels for models newer than itself. It reads this
    // variable when it is loaded, which is now; the C library must see it, so the managed environment is not enough.
    private static void ChooseBlasKernels()
    {
        const string variable = "OPENBLAS_CORETYPE";
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 }) return;
        string? kernels = Avx512BW.IsSupported ? "SKYLAKEX" : Avx2.IsSupported ? "HASWELL" : null;
        if (kernels is not null) _ = Libc.SetEnvironment(variable, kernels, overwrite: 0);
    }

    private static TorchException Failure(TorchLoadProblem problem, string message, Exception? cause = null) =>
        new(message, cause!) { LoadProblem = problem };
}
