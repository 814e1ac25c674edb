using System.Globalization;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>Judges findings: a function of them and nothing else.</summary>
internal static class Diagnosis
{
    // Per thread. A core with AVX2 reaches 50 to 100. Low enough for two threads on one busy core.
    private const double LowMatrixProduct = 8, LowForward = 4, LowBackward = 3;

    // Matrices and batches this small do not keep more threads than that busy.
    private const int MeasuredThreads = 16;

    /// <summary>What is wrong, what stops everything first.</summary>
    public static IReadOnlyList<Fault> Of(DoctorFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        return
        [
            .. OfLibraries(findings),
            .. OfProcessor(findings.Processor),
            .. OfMemory(findings.Processor),
            .. findings.Torch is { } torch ? OfTorch(torch, findings.Processor) : [],
            .. findings is { Torch: { } runtime, Throughput: { } measured } ? OfThroughput(measured, runtime, findings.Processor)
                : [],
        ];
    }

    private static IEnumerable<Fault> OfLibraries(DoctorFindings findings)
    {
        if (findings.TorchFailure is { } torch)
            yield return new("libtorch", torch, "as the message says; ./spot restores what comes in packages");
        if (findings.Mpi?.Failure is { } mpi)
            yield return new("mpi", mpi, "as the message says");
        if (findings.ImagesFailure is { } codecs)
            yield return new("image-codecs", codecs,
                "name a library that loads, or unset SPOT_TURBOJPEG; libvips comes in a package that ./spot restores");
    }

    private static IEnumerable<Fault> OfProcessor(ProcessorFindings processor)
    {
        if (processor is { Architecture: "X64", HasAvx2: false })
            yield return new("no-avx2",
                $"the processor has no AVX2 (its widest instructions: {processor.Instructions}); everything takes several times "
                    + "as long",
                "use a processor from 2013 or later; in a virtual machine, pass the host's processor through");
    }

    private static IEnumerable<Fault> OfMemory(ProcessorFindings processor)
    {
        if (processor.HugePages.Contains("[never]", StringComparison.Ordinal))
            yield return new("no-huge-pages",
                $"the system gives no huge pages ({processor.HugePages}); training networks of AlexNet's widths takes up to twice as "
                    + "long",
                "as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
    }

    private static IEnumerable<Fault> OfTorch(TorchFindings torch, ProcessorFindings processor)
    {
        if (processor is { HasAvx2: true, CpuCapability: { } capability })
            yield return new("torch-instructions",
                $"ATEN_CPU_CAPABILITY is '{capability}', which holds libtorch's kernels back; the processor has "
                    + $"{processor.Instructions}",
                "unset ATEN_CPU_CAPABILITY");
        if (torch.Threads == 1 && processor.Cores > 1)
        {
            string asked = processor.OmpNumThreads is { } number ? $": OMP_NUM_THREADS is {number}" : "";
            yield return new("one-thread", $"operators use one thread of {processor.Cores} cores{asked}",
                $"unset OMP_NUM_THREADS, or set it to {processor.Cores}");
        }
        if (torch.VersionWarning is { } warning)
            yield return new("libtorch-version", warning, "use a PyTorch of the version that fits where there is one");
        if (torch is { CudaBuilt: true, CudaDevices: 0 })
            yield return new("no-cuda-device", "this libtorch is built with CUDA and sees no device",
                "check the driver (nvidia-smi) and CUDA_VISIBLE_DEVICES, or unset SPOT_LIBTORCH");
    }

    private static IEnumerable<Fault> OfThroughput(Throughput measured, TorchFindings torch, ProcessorFindings processor)
    {
        int threads = Math.Min(Math.Min(torch.Threads, processor.Cores), MeasuredThreads);
        (string Name, double Rate, double Low)[] rates =
        [
            ("a matrix product", measured.MatrixProduct, LowMatrixProduct),
            ("a convolution", measured.ConvolutionForward, LowForward),
            ("the gradient of a convolution", measured.ConvolutionBackward, LowBackward),
        ];
        string[] slow = [.. rates.Where(r => r.Rate < r.Low * threads).Select(r =>
            string.Create(CultureInfo.InvariantCulture, $"{r.Name} runs at {r.Rate:0.#} GFLOP/s, below {r.Low * threads:0.#}"))];
        if (slow.Length == 0)
            yield break;
        string busy = processor.Load > 0.5 * processor.Cores
            ? string.Create(CultureInfo.InvariantCulture, $" (the load is {processor.Load:0.0} on {processor.Cores} cores)")
            : "";
        yield return new("slow", string.Join("; ", slow),
            $"mend the faults above; if there are none, look for other programs on the same cores{busy}, or a lower CPU quota "
                + "than the number of cores says");
    }
}
