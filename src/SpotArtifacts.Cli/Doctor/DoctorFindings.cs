using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>What <c>spot doctor</c> found on this machine; <see cref="Diagnosis"/> judges it.</summary>
/// <param name="Processor">The processor, and what the process may use of it.</param>
/// <param name="DotNet">The .NET runtime, as <c>.NET 10.0.0</c>.</param>
/// <param name="Torch">libtorch; null when it could not be loaded.</param>
/// <param name="TorchFailure">Why not, the loader's own words included.</param>
/// <param name="Images">What decodes images; null when it could not be loaded.</param>
/// <param name="ImagesFailure">Why not.</param>
/// <param name="Throughput">What was measured; null without libtorch.</param>
/// <param name="Mpi">What several processes would work together by; null where that was not looked for.</param>
internal sealed record DoctorFindings(
    ProcessorFindings Processor,
    string DotNet,
    TorchFindings? Torch = null,
    string? TorchFailure = null,
    ImageDecoding? Images = null,
    string? ImagesFailure = null,
    Throughput? Throughput = null,
    MpiFindings? Mpi = null);

/// <summary>The processor, and what the process may use of it.</summary>
/// <param name="Architecture">As <c>X64</c>.</param>
/// <param name="Instructions">The widest vector instructions, as <c>AVX512 </c>, <c>AVX2 </c>, <c>AVX </c>, <c>NEON </c> or
/// <c>none </c>. </param>
/// <param name="Bfloat16">Whether it multiplies bfloat16 in hardware.</param>
/// <param name="Cores">Cores the process may use: affinity and container quota count.</param>
/// <param name="Load">Processes that wanted to run, on average over the last minute; 0 where the system does not say.</param>
/// <param name="OmpNumThreads">The variable OMP_NUM_THREADS, null where it is not set.</param>
/// <param name="CpuCapability">The variable ATEN_CPU_CAPABILITY, which holds libtorch's kernels back; null where it is not
/// set.</param>
/// <param name="HugePages">What the system says of huge pages, as <c>always [madvise] never</c>; empty where it does not.</param>
internal sealed record ProcessorFindings(
    string Architecture, string Instructions, bool Bfloat16, int Cores, double Load = 0, string? OmpNumThreads = null,
    string? CpuCapability = null, string HugePages = "")
{
    /// <summary>Whether it is an x86-64 processor with AVX2.</summary>
    public bool HasAvx2 => Instructions is "AVX2" or "AVX512";
}

/// <summary>The libtorch in use.</summary>
/// <param name="Version">As <c>2.10.0</c>.</param>
/// <param name="Path">File of its processor kernels.</param>
/// <param name="Bridge">Which copy of TorchSharp's native library is in use, and why.</param>
/// <param name="Threads">Threads that one operator may use.</param>
/// <param name="CudaBuilt">Whether it is built with CUDA.</param>
/// <param name="CudaDevices">CUDA devices it sees.</param>
/// <param name="VersionWarning">What is to be said of a version that does not fit and was asked for; null where it fits.</param>
internal sealed record TorchFindings(string Version, string Path, string Bridge, int Threads, bool CudaBuilt, int CudaDevices,
    string? VersionWarning = null);

/// <summary>The MPI that a launcher's processes would use.</summary>
/// <param name="Version">What the library says it is; empty where there is none.</param>
/// <param name="Library">Name it was loaded by; empty where there is none.</param>
/// <param name="Others">Why each other library is not in use.</param>
/// <param name="Failure">Why the one that was asked for cannot be used; null where nothing is wrong.</param>
internal sealed record MpiFindings(string Version, string Library, IReadOnlyList<string> Others, string? Failure = null);

/// <summary>Billions of operations a second.</summary>
/// <param name="MatrixProduct">Product of two 1024 x 1024 matrices, float32.</param>
/// <param name="ConvolutionForward">3 x 3, 64 to 64 channels, on 64 images of 16 x 16, channels-last, float32.</param>
/// <param name="ConvolutionBackward">Its gradients at images and weights.</param>
internal sealed record Throughput(double MatrixProduct, double ConvolutionForward, double ConvolutionBackward);

/// <summary>Something that is wrong, and how to mend it.</summary>
/// <param name="Code">Name for programs, as <c>one-thread</c>.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Fault(string Code, string Problem, string Remedy);
