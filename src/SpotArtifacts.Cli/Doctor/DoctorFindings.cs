using SpotArtifacts.Engine;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>What <c>spot doctor</c> found on this machine; <see cref="Diagnosis"/> judges it.</summary>
/// <param name="Processor">The processor, and what the process may use of it.</param>
/// <param name="DotNet">The .NET runtime, as <c>.NET 10.0.0</c>.</param>
/// <param name="Torch">libtorch; null when it could not be loaded.</param>
/// <param name="TorchFailure">Why not.</param>
/// <param name="ImageCodecsFailure">Why the image codecs could not be loaded; null when they could.</param>
/// <param name="Throughput">What was measured; null without libtorch.</param>
public sealed record DoctorFindings(
    ProcessorFindings Processor,
    string DotNet,
    TorchRuntime? Torch = null,
    LoadFailure? TorchFailure = null,
    string? ImageCodecsFailure = null,
    Throughput? Throughput = null);

/// <summary>The processor, and what the process may use of it.</summary>
/// <param name="Architecture">As <c>X64</c>.</param>
/// <param name="Instructions">The widest vector instructions, as <c>AVX512</c>, <c>AVX2</c>, <c>AVX</c>, <c>NEON</c> or <c>none</c>.</param>
/// <param name="Cores">Cores the process may use: affinity and container quota count.</param>
/// <param name="Load">Processes that wanted to run, on average over the last minute.</param>
/// <param name="OmpNumThreads">The variable OMP_NUM_THREADS, null where it is not set.</param>
/// <param name="OpenBlasCoreType">The variable OPENBLAS_CORETYPE, null where it is not set.</param>
public sealed record ProcessorFindings(
    string Architecture, string Instructions, int Cores, double Load = 0, string? OmpNumThreads = null, string? OpenBlasCoreType = null)
{
    /// <summary>Whether it is an x86-64 processor with AVX2.</summary>
    public bool HasAvx2 => Instructions is "AVX2" or "AVX512";
}

/// <summary>Why libspot_torch could not be loaded.</summary>
/// <param name="Problem">What kind of failure; null when it loaded and then failed.</param>
/// <param name="Message">The whole story, the loader's own words included.</param>
public sealed record LoadFailure(TorchLoadProblem? Problem, string Message);

/// <summary>Billions of float32 operations a second.</summary>
/// <param name="MatrixProduct">Product of two 1024 x 1024 matrices.</param>
/// <param name="ConvolutionForward">3 x 3, 64 to 64 channels, on 64 images of 16 x 16, channels-last.</param>
/// <param name="ConvolutionBackward">Its gradients at images and weights.</param>
public sealed record Throughput(double MatrixProduct, double ConvolutionForward, double ConvolutionBackward);

/// <summary>Something that is wrong, and how to mend it.</summary>
/// <param name="Code">Name for programs, as <c>reference-blas</c>.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Fault(string Code, string Problem, string Remedy);
