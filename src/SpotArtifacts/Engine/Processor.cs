using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SpotArtifacts.Engine;

/// <summary>What the processor can do that libtorch's kernels use.</summary>
internal static class Processor
{
    /// <summary>The widest vector instructions, as <c>AVX512</c>, <c>AVX2</c>, <c>AVX</c>, <c>NEON</c> or <c>none</c>.</summary>
    public static string Instructions =>
        Avx512F.IsSupported ? "AVX512" : Avx2.IsSupported ? "AVX2" : Avx.IsSupported ? "AVX" : AdvSimd.IsSupported ? "NEON"
            : "none";

    /// <summary>
    /// Whether it multiplies bfloat16 in hardware (AVX512_BF16 or AMX_BF16), by the system's list of features; false where there
    /// is none.
    /// </summary>
    public static bool HasBfloat16 { get; } = Features().Any(feature => feature is "avx512_bf16" or "amx_bf16" or "bf16");

    /// <summary>
    /// Whether it has AVX-512 and is not Intel's: libraries that are tuned for Intel's leave more to gain there.
    /// </summary>
    public static bool HasAvx512OfOthers { get; } = Avx512F.IsSupported && X86Base.CpuId(0, 0).Ebx != 0x756e6547; // "Genu"

    private static string[] Features()
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
            return [];
        try
        {
            string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
                l => l.StartsWith("flags", StringComparison.Ordinal) || l.StartsWith("Features", StringComparison.Ordinal));
            return line?.Split([' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries) ?? [];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
