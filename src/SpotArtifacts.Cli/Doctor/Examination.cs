using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>Looks at the machine: what a run would find, on the threads a run would use.</summary>
public static class Examination
{
    /// <summary>Loads what can be loaded and measures for about two seconds.</summary>
    public static DoctorFindings Run()
    {
        var findings = new DoctorFindings(Processor(), RuntimeInformation.FrameworkDescription) { ImageCodecsFailure = ImageCodecs() };
        try
        {
            NativeEngine.SetThreads();
            findings = findings with { Torch = TorchRuntime.Describe() };
            return findings with { Throughput = ThroughputMeasurement.Run() };
        }
        catch (EngineException failure)
        {
            return findings with { TorchFailure = new LoadFailure(failure.LoadProblem, failure.Message) };
        }
    }

    private static ProcessorFindings Processor() => new(
        RuntimeInformation.ProcessArchitecture.ToString(), Instructions(), Environment.ProcessorCount, Load(),
        Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE"));

    private static string Instructions() =>
        Avx512BW.IsSupported ? "AVX512" : Avx2.IsSupported ? "AVX2" : Avx.IsSupported ? "AVX" : AdvSimd.IsSupported ? "NEON" : "none";

    private static double Load()
    {
        const string file = "/proc/loadavg";
        return File.Exists(file) ? double.Parse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture) : 0;
    }

    private static string? ImageCodecs()
    {
        try
        {
            ImageDecoding.EnsureLoaded();
            return null;
        }
        catch (ImageCodecException failure)
        {
            return failure.Message;
        }
    }
}
