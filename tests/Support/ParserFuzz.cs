using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Tests.Support;

/// <summary>
/// Mutated files against a parser: each is either accepted or refused with a documented exception, in time and in bounded memory.
/// A few hundred inputs; many more with SPOT_FUZZ_INPUTS=N (for each target) and another SPOT_FUZZ_SEED. SPOT_FUZZ_TARGETS=a,b
/// picks some.
/// </summary>
internal static class ParserFuzz
{
    private const long MaxAllocation = 64L << 20, MaxNativeGrowth = 768L << 20;
    private static readonly TimeSpan s_maxTime = TimeSpan.FromSeconds(5);
    private static readonly string? s_inputs = Environment.GetEnvironmentVariable("SPOT_FUZZ_INPUTS");

    /// <summary>All targets, or those that are asked for.</summary>
    internal static TheoryData<string> Pick(IEnumerable<string> targets) =>
        [.. Environment.GetEnvironmentVariable("SPOT_FUZZ_TARGETS") is { } named ? targets.Where(named.Split(',').Contains)
        : targets];

    /// <summary>Runs a target.</summary>
    /// <param name="target">Its name.</param>
    /// <param name="seeds">Sound files to damage.</param>
    /// <param name="parse">The parser, or all that is done with a file.</param>
    /// <param name="mend">Makes the checksums of a damaged file agree with it again, so that what lies behind them is
    /// reached.</param>
    internal static void Run(string target, byte[][] seeds, Action<byte[]> parse, Action<byte[]>? mend = null)
    {
        int inputs = int.Parse(s_inputs ?? "300", CultureInfo.InvariantCulture), accepted = 0;
        SeededRandom random =
            new(ulong.Parse(Environment.GetEnvironmentVariable("SPOT_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture));
        long peak = PeakMemory();
        for (int i = 0; i < inputs; i++)
        {
            byte[] file =
                FuzzMutator.Mutate(seeds[random.NextInt(seeds.Length)], seeds[random.NextInt(seeds.Length)], ref random);
            if (random.NextBool())
                mend?.Invoke(file);
            accepted += Accepts(target, file, parse) ? 1 : 0;
        }
        // Native memory, which no counter shows; other tests run at the same time.
        long growth = PeakMemory() - peak;
        TestContext.Current.SendDiagnosticMessage(
            $"fuzz {target}: {inputs} inputs, {accepted} accepted, {inputs - accepted} " +
            $"refused, the process grew by {growth >> 20} MiB");
        Assert.True(growth < MaxNativeGrowth, $"{target}: the process grew by {growth >> 20} MiB");
        Assert.True(accepted < inputs);
    }

    private static bool Accepts(string target, byte[] file, Action<byte[]> parse)
    {
        // A native codec that crashes takes the process with it, and the long runs are there to find that.
        if (s_inputs is not null)
            File.WriteAllBytes(Path.Combine(Path.GetTempPath(), $"spot-fuzz-{target}-last"), file);
        long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            parse(file);
            return true;
        }
        catch (Exception refusal) when (refusal is ImageFormatException or SpotException)
        {
            return false;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(
                $"{target}: {failure.GetType().Name} ({failure.Message}) on {Save(target, file)}", failure);
        }
        finally
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(
                Stopwatch.GetElapsedTime(start) < s_maxTime,
                $"{target}: too slow on {Save(target, file, Stopwatch.GetElapsedTime(start) >= s_maxTime)}");
            Assert.True(
                allocated < MaxAllocation, $"{target}: {allocated} bytes on {Save(target, file, allocated >= MaxAllocation)}");
        }
    }

    private static string Save(string target, byte[] file, bool worthIt = true)
    {
        string path = Path.Combine(Path.GetTempPath(), $"spot-fuzz-{target}-{Crc32C.Append(0, file):x8}");
        if (worthIt)
            File.WriteAllBytes(path, file);
        return path;
    }

    private static long PeakMemory()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
