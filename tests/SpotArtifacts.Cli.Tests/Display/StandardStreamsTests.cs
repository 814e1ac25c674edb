using System.Diagnostics;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Cli.Tests.Commands;

namespace SpotArtifacts.Cli.Tests.Display;

/// <summary>The built program with its streams closed, full or broken by a shell.</summary>
public sealed class StandardStreamsTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    [Theory]
    [InlineData(">&-", "standard output: cannot be written: it is closed")]
    [InlineData(">/dev/full", "standard output: cannot be written: No space left on device")]
    public async Task Output_CannotBeWritten_IsOneSentence(string redirection, string expected)
    {
        (int code, _, string error) = await Shell($"\"$@\" {redirection}", "presets");
        Assert.Equal((ExitCodes.Failure, $"spot: {expected}\n"), (code, error));
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public async Task Error_CannotBeWritten_TheWorkIsDoneAndTheStatusSaysSo(string redirection)
    {
        string run = _folder.At("run");
        string[] pretrain = [.. _folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=1")
            .Where(argument => argument != "--quiet")];
        (int code, string output, string error) = await Shell($"\"$@\" {redirection}", pretrain);
        Assert.Equal((ExitCodes.Failure, run + "\n", ""), (code, output, error));
        Assert.True(File.Exists(Path.Combine(run, "weights.safetensors")));
    }

    [Theory]
    [InlineData("\"$@\" | head -n 1")]
    [InlineData("\"$@\" 2>&1 | cat")]
    public async Task Output_IntoAPipe_IsWritten(string command)
    {
        (int code, string output, string error) = await Shell($"set -o pipefail; {command}", "presets");
        Assert.Equal((ExitCodes.Success, ""), (code, error));
        Assert.StartsWith("preset", output, StringComparison.Ordinal);
    }

    [Fact]
    public void IsOpen_StreamsOfThisProcess_AreOpen() =>
        Assert.Equal((true, true), (StandardStreams.IsOpen(1), StandardStreams.IsOpen(2)));

    public void Dispose() => _folder.Dispose();

    private static async Task<(int Code, string Output, string Error)> Shell(string script, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell's redirections, and what /proc says of them");
        using Process process = SpotProcess.Start(arguments, "bash", "-c", script, "bash");
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
