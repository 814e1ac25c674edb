using System.Runtime.InteropServices;

namespace SpotArtifacts.Engine;

/// <summary>Where the native libraries are and in which order they are loaded, on each platform.</summary>
internal static class EngineLibraries
{
    /// <summary>Names the folder of another libtorch, as <c>lib</c> of a PyTorch installation with CUDA.</summary>
    public const string FolderVariable = "SPOT_LIBTORCH";

    /// <summary>Set to <see cref="AnyVersion"/>: a libtorch of another version than TorchSharp's is tried.</summary>
    public const string VersionVariable = "SPOT_LIBTORCH_VERSION";

    /// <summary>The one value of <see cref="VersionVariable"/>.</summary>
    public const string AnyVersion = "any";

    private static readonly string s_prefix = OperatingSystem.IsWindows() ? "" : "lib";
    private static readonly string[] s_lookedFor = ["torch_cpu", "torch_cuda"];
    private static readonly string[] s_order = ["c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch"];
    private static readonly string s_suffix = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    /// <summary>TorchSharp's own library.</summary>
    public static string TorchSharpFile { get; } = FileName("LibTorchSharp");

    /// <summary>The file that tells a libtorch folder from others.</summary>
    public static string TorchFile { get; } = FileName("torch_cpu");

    /// <summary>Name of libtorch's file with the CUDA kernels; only a libtorch built with CUDA has it.</summary>
    public static string CudaFile { get; } = FileName("torch_cuda");

    /// <summary>The folder libtorch is in.</summary>
    /// <param name="named">
    /// Value of <see cref="FolderVariable"/>: this folder or its <c>lib</c> and nothing else; null or empty = the program's own.
    /// </param>
    /// <param name="own">The program's own folders, in the order they are searched.</param>
    /// <exception cref="NativeEngineException">There is none.</exception>
    public static string TorchFolder(string? named, IReadOnlyList<string> own)
    {
        if (string.IsNullOrEmpty(named))
            return Folder(TorchFile, own);
        string[] candidates = [Path.GetFullPath(named), Path.Combine(Path.GetFullPath(named), "lib")];
        string lookedFor = string.Join(" and ", candidates.Select(folder => Path.Combine(folder, TorchFile)));
        return candidates.FirstOrDefault(folder => File.Exists(Path.Combine(folder, TorchFile)))
            ?? throw new NativeEngineException(
            $"{FolderVariable} is {named}, which holds no libtorch: looked for {lookedFor}; "
            + $"set it to the folder lib of a PyTorch {NativeEngine.RequiredVersion} installation, or unset it");
    }

    /// <summary>The first of the program's own folders that holds a file.</summary>
    /// <exception cref="NativeEngineException">None does.</exception>
    public static string Folder(string file, IReadOnlyList<string> own) =>
        own.FirstOrDefault(folder => File.Exists(Path.Combine(folder, file))) ?? throw new NativeEngineException(
            $"{file} was not found in {string.Join(", ", own)}; {Remedy(file)}");

    /// <summary>
    /// Where a program's native libraries lie: beside it (published), in runtimes/RID/native (built), and where the host found
    /// those of its packages.
    /// </summary>
    public static IReadOnlyList<string> OwnFolders()
    {
        string host = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string built = Path.Combine(AppContext.BaseDirectory, "runtimes", Rid, "native");
        IEnumerable<string> folders = [built, AppContext.BaseDirectory,
            .. host.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)];
        return [.. folders.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Distinct()];
    }

    /// <summary>
    /// The libraries of a libtorch folder that are there, in the order their dependencies ask for: each is loaded by its full
    /// path, and finds the ones before it loaded already. What belongs to CUDA is there or not.
    /// </summary>
    public static IEnumerable<string> LoadOrder(string folder)
    {
        string[] openMp = OperatingSystem.IsWindows() ? ["libiomp5md.dll"] : OperatingSystem.IsMacOS() ? ["libomp.dylib"]
            : OpenMpOf(folder);
        return openMp.Concat(s_order.Select(FileName))
            .Select(name => Path.Combine(folder, name)).Where(File.Exists);
    }

    /// <summary>
    /// The libraries of the program's own libtorch that TorchSharp would load by name although another libtorch is in use.
    /// </summary>
    public static IEnumerable<string> OwnTorch(IReadOnlyList<string> own, string inUse) =>
        from name in s_lookedFor
        let file = FileName(name)
        let folder = own.FirstOrDefault(folder => File.Exists(Path.Combine(folder, file)))
        where folder is not null && folder != inUse
        select Path.Combine(folder, file);

    /// <summary>Loads a library by its full path.</summary>
    /// <exception cref="NativeEngineException">The loader refuses; says what it said.</exception>
    public static nint Load(string file)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new NativeEngineException(
                $"cannot load {file}; the loader says: {LoadersWords(e.Message)}; {Remedy(Path.GetFileName(file))}", e);
        }
    }

    private static string Rid =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
            + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    private static string FileName(string library) => s_prefix + library + s_suffix;

    // PyTorch's wheels put a hash into the name.
    private static string[] OpenMpOf(string folder) =>
        [.. Directory.GetFiles(folder, "libgomp*.so*").Order(StringComparer.Ordinal).Select(Path.GetFileName)!];

    // .NET puts two sentences of its own in front of what the loader said.
    private static string LoadersWords(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(" / ", lines.Length > 1 ? lines[1..] : lines);
    }

    private static string Remedy(string file) =>
        file == TorchSharpFile
            ? $"reference the package TorchSharp, which has it for linux-x64, osx-arm64, win-x64 and win-arm64 (this is {Rid})"
        : file.Contains("cuda", StringComparison.Ordinal)
            ? $"the CUDA libraries beside PyTorch must be installed with it, or unset {FolderVariable} to compute on the CPU"
        : $"reference the package libtorch-cpu-{Rid} {NativeEngine.RequiredVersion} (TorchSharp-cpu brings it), or set "
            + $"{FolderVariable} "
            + $"to the folder lib of a PyTorch {NativeEngine.RequiredVersion} installation"
            + (OperatingSystem.IsLinux()
                ? "; where the loader misses libgomp.so.1, install libgomp1 (Debian, Ubuntu) or libgomp (Fedora, RHEL)" : "");
}
