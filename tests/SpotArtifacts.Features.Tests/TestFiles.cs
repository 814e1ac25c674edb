using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Features.Tests;

/// <summary>
/// Models of a few kilobytes, exported from the weights in tests/SpotArtifacts.Tests/Export/files (a test there compares), and
/// what the version before ONNX Runtime (0.1.0, on libtorch) computed with the same networks: its files must stay readable, its
/// numbers true.
/// </summary>
internal static class TestFiles
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "files");

    /// <summary>A network of the method, with all its heads and the autoencoder.</summary>
    internal static string Spotting => Model("spotting");

    /// <summary>A model by its name.</summary>
    internal static string Model(string name) => Path.Combine(s_folder, "models", $"{name}.onnx");

    /// <summary>A file that the previous version wrote.</summary>
    internal static string Previous(params ReadOnlySpan<string> parts) => Path.Combine([s_folder, "previous", .. parts]);

    /// <summary>The numbers of a .npy file, row-major.</summary>
    internal static float[] Npy(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int head = 10 + bytes[8] + 256 * bytes[9];
        Assert.StartsWith(
            "{'descr': '<f4', 'fortran_order': False,", Encoding.ASCII.GetString(bytes, 10, head - 10), StringComparison.Ordinal);
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(head)).ToArray();
    }

    /// <summary>Equal up to a share of the largest number.</summary>
    internal static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance = 1e-4)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 1e-30, difference = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            difference = Math.Max(difference, Math.Abs((double)expected[i] - actual[i]));
            Assert.True(float.IsFinite(actual[i]), string.Create(CultureInfo.InvariantCulture, $"number {i} is {actual[i]}"));
        }
        Assert.InRange(difference / largest, 0, tolerance);
    }
}
