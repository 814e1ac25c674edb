using System.Globalization;
using System.Runtime.InteropServices;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>Looks at the machine: what a run would find, on the threads a run would use.</summary>
internal static class Examination
{
    /// <summary>Loads what can be loaded and measures for about two seconds.</summary>
    public static DoctorFindings Run()
    {
        DoctorFindings findings = WithImages(new(Look(), RuntimeInformation.FrameworkDescription)) with { Mpi = Mpi() };
        try
        {
            NativeEngine.SetThreads();
            findings = findings with { Torch = Torch() };
            return findings with { Throughput = ThroughputMeasurement.Run() };
        }
        catch (NativeEngineException failure)
        {
            return findings with { TorchFailure = failure.Message };
        }
    }

    private static ProcessorFindings Look() => new(
        RuntimeInformation.ProcessArchitecture.ToString(), Processor.Instructions, Processor.HasBfloat16,
        Environment.ProcessorCount, Load(),
        Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY"),
        HugePages.SystemSetting);

    private static TorchFindings Torch() => new(
        NativeEngine.LibtorchVersion, NativeEngine.LibtorchPath,
        $"{NativeEngine.PatchedCopy ?? "TorchSharp's own library"}: {NativeEngine.PatchedCopyReason}",
        NativeEngine.ThreadCount, NativeEngine.HasCuda, EngineDevice.CudaDevices, NativeEngine.VersionWarning);

    private static double Load()
    {
        const string file = "/proc/loadavg";
        return File.Exists(file) ? double.Parse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture) : 0;
    }

    private static MpiFindings Mpi()
    {
        try
        {
            MpiLibrary mpi = MpiLibrary.Current;
            return new MpiFindings(mpi.Version, mpi.Name, mpi.Others);
        }
        catch (MpiException failure)
        {
            return new MpiFindings("", "", [], failure.Message);
        }
    }

    private static DoctorFindings WithImages(DoctorFindings findings)
    {
        try
        {
            return findings with { Images = ImageDecoding.Describe() };
        }
        catch (ImageCodecException failure)
        {
            return findings with { ImagesFailure = failure.Message };
        }
    }
}
