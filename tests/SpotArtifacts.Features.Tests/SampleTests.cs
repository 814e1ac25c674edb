using System.Diagnostics;

namespace SpotArtifacts.Features.Tests;

/// <summary>The sample as its user has it: a program of its own, outside the repository and its set-up.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly FeatureFolder _folder = new();

    [Fact]
    public void Sample_OutsideTheRepository_FindsTheLikeliest()
    {
        string program = CopyProgram(), photos = _folder.At("photos");
        _folder.WriteImages("photos", 2);
        File.Copy(Path.Combine(photos, "0000.png"), Path.Combine(photos, "again.png"));

        (int code, string output, string error) = Run(
            program, TestFiles.Spotting, Path.Combine(photos, "0000.png"), Path.Combine(photos, "0001.png"),
            Path.Combine(photos, "again.png"));

        Assert.Equal(("", 0), (error, code));
        Assert.StartsWith("3 vectors of 24 numbers (conv2, network 82ea137f)", output, StringComparison.Ordinal);
        Assert.Contains("0000.png is most like again.png (1.000)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_Program_CarriesNoTensorEngine()
    {
        string[] files = [.. Directory.EnumerateFiles(Built(), "*", SearchOption.AllDirectories).Select(Path.GetFileName)!];

        Assert.Contains("SpotArtifacts.Features.dll", files);
        Assert.DoesNotContain(
            files, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name == "SpotArtifacts.dll");
    }

    public void Dispose() => _folder.Dispose();

    private static string Built()
    {
        string built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "SpotArtifacts.Sample", "release"));
        Assert.SkipUnless(Directory.Exists(built), $"the sample is not built: {built}");
        return built;
    }

    private string CopyProgram()
    {
        string built = Built(), program = _folder.At("program");
        foreach (string file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(program, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.CreateSymbolicLink(copy, file);
        }
        return Path.Combine(program, "SpotArtifacts.Sample.dll");
    }

    private static (int, string, string) Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The image codecs are not in a package.
        start.Environment["SPOT_NATIVE_DIR"] = Path.GetFullPath(
            Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "native"));
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
