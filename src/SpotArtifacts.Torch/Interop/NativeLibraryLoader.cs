using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SpotArtifacts.Torch.Interop;

/// <summary>Finds libspot_torch.so, loads it and checks that it speaks this assembly's ABI.</summary>
internal static class NativeLibraryLoader
{
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != SpotTorch.Library) return 0;
        string file = Locate();
        ChooseBlasKernels();
        try
        {
            return CheckAbi(NativeLibrary.Load(file), file);
        }
        catch (DllNotFoundException e)
        {
            throw new TorchException($"cannot load {file}; the loader says: {e.Message.Trim()}", e);
        }
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

    private static string Locate()
    {
        const string fileName = "libspot_torch.so";
        if (Environment.GetEnvironmentVariable("SPOT_NATIVE_DIR") is { Length: > 0 } folder)
        {
            string file = Path.Combine(folder, fileName);
            return File.Exists(file) ? file : throw new TorchException($"SPOT_NATIVE_DIR is {folder}, which holds no {fileName}; run ./spot once to build it");
        }
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string file = Path.Combine(at.FullName, "artifacts", "native", fileName);
            if (File.Exists(file)) return file;
        }
        throw new TorchException($"{fileName} not found in artifacts/native above {AppContext.BaseDirectory}; run ./spot once to build it, or set SPOT_NATIVE_DIR");
    }

    private static unsafe nint CheckAbi(nint library, string file)
    {
        var version = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "spot_abi_version");
        int found = version();
        return found == SpotTorch.AbiVersion
            ? library
            : throw new TorchException($"{file} has ABI {found}, this build needs {SpotTorch.AbiVersion}; run ./spot once to rebuild it");
    }
}
