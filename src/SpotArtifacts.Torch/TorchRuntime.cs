using System.Globalization;
using System.Text;
using System.Text.Json;
using SpotArtifacts.Torch.Interop;

namespace SpotArtifacts.Torch;

/// <summary>The libtorch in use: what it is, what it was built with, and its threads.</summary>
/// <param name="Version">Version, as <c>1.13.1</c>.</param>
/// <param name="Path">File that libtorch was loaded from.</param>
/// <param name="BlasPath">File that the matrix product comes from, links followed; empty when it is inside libtorch.</param>
/// <param name="OpenBlas">Whether that is OpenBLAS.</param>
/// <param name="OpenBlasKernels">Processor whose kernels OpenBLAS chose, as <c>SkylakeX</c>; empty without OpenBLAS.</param>
/// <param name="OpenBlasConfiguration">What OpenBLAS says it was built with; empty without OpenBLAS.</param>
/// <param name="Mkl">Whether libtorch was built with MKL.</param>
/// <param name="OneDnn">Whether libtorch was built with oneDNN.</param>
/// <param name="InstructionSet">Instruction set libtorch's kernels use, as <c>AVX512</c>.</param>
/// <param name="Threads">Threads of one operator.</param>
/// <param name="CudaBuilt">Whether this libtorch can use CUDA at all.</param>
/// <param name="CudaDevices">CUDA devices it sees.</param>
/// <param name="ProcessGroups">Process-group back-ends that are loaded.</param>
public sealed record TorchRuntime(
    string Version, string Path, string BlasPath, bool OpenBlas, string OpenBlasKernels, string OpenBlasConfiguration, bool Mkl, bool OneDnn,
    string InstructionSet, int Threads, bool CudaBuilt, int CudaDevices, IReadOnlyList<string> ProcessGroups)
{
    private static readonly string[] s_processGroups = ["gloo", "nccl", "mpi"];

    /// <summary>Threads that one operator on the calling thread may use.</summary>
    /// <exception cref="TorchException">The number is below 1.</exception>
    public static int ThreadCount
    {
        get
        {
            Status.Check(SpotTorch.ThreadsGet(out int threads), "threads");
            return threads;
        }
        set => Status.Check(SpotTorch.ThreadsSet(value), $"set {value} threads");
    }

    /// <summary>
    /// Lets operators use the threads the environment asks for: OMP_NUM_THREADS where it is set, else as many as the process has
    /// cores (its affinity and its container's quota count). Call it once at the start, on the thread that computes: left alone,
    /// libtorch may start with one thread.
    /// </summary>
    /// <returns>The threads now in use.</returns>
    public static int UseAllCores() =>
        ThreadCount = ThreadsFor(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), Environment.ProcessorCount);

    /// <summary>Loads libtorch if it is not yet loaded and asks what it is.</summary>
    /// <exception cref="TorchException">It cannot be loaded; the loader's own words are in the message.</exception>
    public static unsafe TorchRuntime Describe()
    {
        long needed = SpotTorch.RuntimeDescription(null, 0);
        if (needed < 0) throw new TorchException($"runtime description: {Status.LastError()}");
        needed += 1024;
        byte[] buffer = new byte[needed];
        // Another thread may change the number of threads, and so the text's length, between the two calls.
        fixed (byte* p = buffer) needed = Math.Min(needed, SpotTorch.RuntimeDescription(p, needed));
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(buffer, 0, (int)needed - 1));
        JsonElement j = document.RootElement;
        return new TorchRuntime(
            j.GetProperty("version").GetString()!, j.GetProperty("path").GetString()!, j.GetProperty("blas_path").GetString()!,
            j.GetProperty("openblas").GetBoolean(), j.GetProperty("openblas_core").GetString()!,
            j.GetProperty("openblas_config").GetString()!, j.GetProperty("mkl").GetBoolean(), j.GetProperty("onednn").GetBoolean(),
            InstructionSetOf(j.GetProperty("config").GetString()!), j.GetProperty("threads").GetInt32(),
            j.GetProperty("cuda_built").GetBoolean(), j.GetProperty("cuda_devices").GetInt32(),
            [.. s_processGroups.Where(name => j.GetProperty(name).GetBoolean())]);
    }

    // OMP_NUM_THREADS may be a list, one number for each level of nesting; operators run on the first.
    internal static int ThreadsFor(string? asked, int cores) =>
        int.TryParse(asked?.Split(',')[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out int threads) && threads > 0 ? threads : cores;

    private static string InstructionSetOf(string config)
    {
        const string marker = "CPU capability usage: ";
        int at = config.IndexOf(marker, StringComparison.Ordinal);
        if (at < 0) return "unknown";
        at += marker.Length;
        int end = config.IndexOf('\n', at);
        return config[at..(end < 0 ? config.Length : end)].Trim();
    }
}
