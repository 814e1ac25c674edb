using System.Diagnostics;
using SpotArtifacts.Tests.Features;

namespace SpotArtifacts.Tests.Samples;

/// <summary>The sample as its user has it: a program of its own, outside the repository and its set-up.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    [Fact]
    public void Sample_OutsideTheRepository_FindsItsNativeLibrariesAndTheLikeliest()
    {
        string built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "SpotArtifacts.Sample", "release"));
        Assert.SkipUnless(Directory.Exists(built), $"the sample is not built: {built}");
        string program = _tiny.At("program"), photos = _tiny.At("photos");
        Directory.CreateDirectory(program);
        foreach (string file in Directory.EnumerateFiles(built)) File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        _tiny.WriteImages("photos", 2);
        File.Copy(Path.Combine(photos, "0000.png"), Path.Combine(photos, "again.png"));

        (int code, string output, string error) = Run(Path.Combine(program, "SpotArtifacts.Sample.dll"), _tiny.Weights, Path.Combine(photos, "0000.png"), Path.Combine(photos, "0001.png"), Path.Combine(photos, "again.png"));

        Assert.Equal(("", 0), (error, code));
        Assert.Contains("0000.png is most like again.png (1.000)", output, StringComparison.Ordinal);
        Assert.StartsWith("3 vectors of ", output, StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();

    private static (int, string, string) Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // What ./spot sets up must not be needed.
        foreach (string variable in (string[])["SPOT_NATIVE_DIR", "LD_LIBRARY_PATH"]) start.Environment.Remove(variable);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
