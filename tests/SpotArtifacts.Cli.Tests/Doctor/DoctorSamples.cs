using SpotArtifacts.Cli.Doctor;
using SpotArtifacts.Engine;

namespace SpotArtifacts.Cli.Tests.Doctor;

/// <summary>Findings on a machine with which nothing is wrong.</summary>
internal static class DoctorSamples
{
    public static TorchRuntime Torch { get; } = new(
        "1.13.1", "/usr/lib/libtorch_cpu.so", "/usr/lib/openblas-openmp/libblas.so.3", OpenBlas: true, "SkylakeX", "OpenBLAS 0.3.21 USE_OPENMP",
        Mkl: false, OneDnn: true, "AVX2", Threads: 8, CudaBuilt: false, CudaDevices: 0, ["gloo"]);

    public static ProcessorFindings Processor { get; } = new("X64", "AVX512", Cores: 8);

    public static DoctorFindings Healthy { get; } = new(Processor, ".NET 10.0.0", Torch) { Throughput = new(800, 600, 500) };
}
