using System.Diagnostics;
using System.Text;

namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class StudioCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Studio_BuiltProgram_ServesPagesAndEndsWithTheSignal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by a shell");
        using Process studio = SpotProcess.Start(["studio", _folder.At("runs"), "--port", "0"]);
        string address = (await studio.StandardOutput.ReadLineAsync(Stop))!;
        using HttpClient client = new() { BaseAddress = new Uri(address) };

        foreach (string path in (string[])["", "_framework/blazor.web.js", "_content/Radzen.Blazor/Radzen.Blazor.min.js",
            "_content/Radzen.Blazor/css/standard-base.css"])
            Assert.NotEmpty(await client.GetByteArrayAsync(new Uri(path, UriKind.Relative), Stop));
        // Not SIGINT: a shell that starts the tests in the background has them ignore it, and the studio with them.
        UnixFiles.Shell($"kill -TERM {studio.Id}");
        await studio.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromMinutes(1), Stop);

        Assert.Equal(ExitCodes.Terminated, studio.ExitCode);
        Assert.False(Directory.Exists(_folder.At("runs"))); // looking makes nothing
    }

    [Theory]
    [InlineData("--port 99999", "--port 99999")]
    [InlineData("--token short", "16 characters")]
    [InlineData("--images nowhere", "nowhere")]
    [InlineData("--host no.such.host.invalid", "no.such.host.invalid")]
    public async Task Studio_OptionsThatMakeNoSense_AreRefused(string options, string message)
    {
        CommandLineRun run = await CommandLineRun.Of(["studio", _folder.At("runs"), .. options.Split(' ')]);

        TrainedRun.AssertFailure(run, message);
    }

    // The web server and its components are a second's work to load.
    [Fact]
    public async Task OtherCommands_DoNotLoadTheStudio()
    {
        string trace = _folder.At("trace");
        string[] events = ["env", "DOTNET_EnableEventPipe=1", $"DOTNET_EventPipeOutputPath={trace}",
            "DOTNET_EventPipeConfig=Microsoft-Windows-DotNETRuntime:0x8:4"];
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no env there");
        using Process presets = SpotProcess.Start(["presets"], events);
        await presets.StandardOutput.ReadToEndAsync(Stop);
        await presets.WaitForExitAsync(Stop);

        string loaded = Encoding.Unicode.GetString(await File.ReadAllBytesAsync(trace, Stop))
            + Encoding.Unicode.GetString((await File.ReadAllBytesAsync(trace, Stop)).AsSpan(1));

        Assert.Contains("System.CommandLine", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("SpotArtifacts.Studio", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore.Hosting", loaded, StringComparison.Ordinal);
    }
}
