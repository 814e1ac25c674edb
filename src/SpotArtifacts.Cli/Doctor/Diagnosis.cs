using System.Globalization;
using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>Judges findings: a function of them and nothing else.</summary>
public static class Diagnosis
{
    // Per thread. A core with AVX2 reaches 50 to 100; reference BLAS 1 to 2. Low enough for two threads on one busy core.
    private const double LowMatrixProduct = 8, LowForward = 4, LowBackward = 3;

    // Matrices and batches this small do not keep more threads than that busy.
    private const int MeasuredThreads = 16;

    // OpenBLAS's names for processors without AVX2; it takes Prescott's kernels for one it does not know.
    private static readonly HashSet<string> s_oldKernels = new(StringComparer.OrdinalIgnoreCase)
    {
        "Generic", "Unknown", "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington",
        "Nehalem", "Sandybridge", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Nano", "Bobcat", "Bulldozer", "Piledriver",
        "Steamroller",
    };

    /// <summary>What is wrong, what stops everything first.</summary>
    public static IReadOnlyList<Fault> Of(DoctorFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        return
        [
            .. OfLibraries(findings),
            .. OfProcessor(findings.Processor),
            .. findings.Torch is { } torch ? OfTorch(torch, findings.Processor) : [],
            .. findings is { Torch: { } runtime, Throughput: { } measured } ? OfThroughput(measured, runtime, findings.Processor) : [],
        ];
    }

    private static IEnumerable<Fault> OfLibraries(DoctorFindings findings)
    {
        if (findings.TorchFailure is { } failure)
        {
            yield return failure.Problem switch
            {
                TorchLoadProblem.Missing => new("library-missing", failure.Message, "run ./spot, which builds it"),
                TorchLoadProblem.WrongAbi => new("library-abi", failure.Message, "run ./spot, which rebuilds it; unset SPOT_NATIVE_DIR if it names an old build"),
                TorchLoadProblem.Refused => new("library-refused", failure.Message,
                    "install the library the loader names (apt-get install libtorch-dev libgloo-dev), or delete the file and run ./spot, which rebuilds it"),
                _ => new("library-fails", failure.Message, "delete artifacts/ and run ./spot, which rebuilds everything"),
            };
        }
        if (findings.ImageCodecsFailure is { } codecs)
            yield return new("image-codecs", codecs, "name a library that loads, or unset SPOT_TURBOJPEG; libvips comes with the program: run ./spot, which restores it");
    }

    private static IEnumerable<Fault> OfProcessor(ProcessorFindings processor)
    {
        if (processor is { Architecture: "X64", HasAvx2: false })
            yield return new("no-avx2", $"the processor has no AVX2 (its widest instructions: {processor.Instructions}); everything takes several times as long",
                "use a processor from 2013 or later; in a virtual machine, pass the host's processor through");
    }

    private static IEnumerable<Fault> OfTorch(TorchRuntime torch, ProcessorFindings processor)
    {
        if (!torch.OpenBlas && !torch.Mkl)
            yield return new("reference-blas", $"matrix products come from {(torch.BlasPath.Length > 0 ? torch.BlasPath : "libtorch itself")}, which is neither OpenBLAS nor MKL; that can be a hundred times slower",
                "apt-get install libopenblas0-openmp (if it is installed: update-alternatives --config libblas.so.3-x86_64-linux-gnu)");
        if (torch.OpenBlas && processor.HasAvx2 && s_oldKernels.Contains(torch.OpenBlasKernels))
            yield return new("old-kernels", $"OpenBLAS uses its kernels for {torch.OpenBlasKernels}, and the processor has {processor.Instructions}",
                $"set OPENBLAS_CORETYPE={(processor.Instructions == "AVX512" ? "SKYLAKEX" : "HASWELL")}{(processor.OpenBlasCoreType is { } set ? $" (it is {set})" : "")}");
        if (processor.HasAvx2 && !torch.InstructionSet.StartsWith("AVX", StringComparison.Ordinal))
            yield return new("torch-instructions", $"libtorch's own kernels use '{torch.InstructionSet}', and the processor has {processor.Instructions}",
                "unset ATEN_CPU_CAPABILITY");
        if (!torch.OneDnn && processor.Architecture == "X64")
            yield return new("no-onednn", "this libtorch is built without oneDNN; convolutions take several times as long",
                "use the distribution's libtorch-dev, or one from a PyTorch installation (SPOT_LIBTORCH)");
        if (torch.Threads == 1 && processor.Cores > 1)
            yield return new("one-thread", $"operators use one thread of {processor.Cores} cores{(processor.OmpNumThreads is { } asked ? $": OMP_NUM_THREADS is {asked}" : "")}",
                $"unset OMP_NUM_THREADS, or set it to {processor.Cores}");
    }

    private static IEnumerable<Fault> OfThroughput(Throughput measured, TorchRuntime torch, ProcessorFindings processor)
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
        if (slow.Length == 0) yield break;
        string busy = processor.Load > 0.5 * processor.Cores
            ? string.Create(CultureInfo.InvariantCulture, $" (the load is {processor.Load:0.0} on {processor.Cores} cores)")
            : "";
        yield return new("slow", string.Join("; ", slow),
            $"mend the faults above; if there are none, look for other programs on the same cores{busy}, or a lower CPU quota than the number of cores says");
    }
}
