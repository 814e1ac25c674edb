using SpotArtifacts.Cli.Doctor;
using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Tests.Doctor;

/// <summary>Findings on a machine with which nothing is wrong.</summary>
internal static class DoctorSamples
{
    public static TorchFindings Torch { get; } = new(
        "2.10.0", "/packages/libtorch_cpu.so", "TorchSharp's own library: the system has all it needs", Threads: 8,
        CudaBuilt: false, CudaDevices: 0);

    public static ProcessorFindings Processor { get; } = new("X64", "AVX512", Bfloat16: true, Cores: 8);

    public static DoctorFindings Healthy { get; } =
        new(Processor, ".NET 10.0.0", Torch, Images: new ImageDecoding(new Version(8, 18, 7), "/usr/lib/libturbojpeg.so.0", 2,
        null))
        { Throughput = new(800, 600, 500) };
}
