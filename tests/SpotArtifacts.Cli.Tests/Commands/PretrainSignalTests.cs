using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Checkpoints;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>The built program as a process of its own: what a signal does to a run.</summary>
public sealed class PretrainSignalTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private readonly ImageFolder _folder = new();

    [Theory]
    [InlineData("INT", ExitCodes.Interrupted)]
    [InlineData("TERM", ExitCodes.Terminated)]
    public async Task Signal_DuringARun_EndsItWithACheckpointThatResumes(string signal, int code)
    {
        string run = _folder.At("run");
        using Process pretrain =
            Start(_folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=100000", "recording.metrics_every=1"));
        await WaitForMetrics(Path.Combine(run, "metrics.jsonl"), lines: 2, pretrain);

        (int status, string error) = await Stop(pretrain, signal);

        Assert.Equal((code, "spot: stopped" + Environment.NewLine), (status, error));
        long stopped = Step(run);
        Assert.InRange(stopped, 1, 99999);

        using Process resume = Start(["resume", run, "--quiet"]);
        await WaitForMetrics(Path.Combine(run, "metrics.jsonl"), lines: (int)stopped + 2, resume);
        await Stop(resume, signal);
        Assert.InRange(Step(run), stopped + 1, 99999);
    }

    public void Dispose() => _folder.Dispose();

    private static long Step(string run) => Checkpoint.Read(Path.Combine(run, "checkpoints", "last.safetensors"))
        .GetNumber("step");

    // A shell's background jobs ignore SIGINT, and so does what they start, unless it is told otherwise.
    private static Process Start(string[] arguments) => SpotProcess.Start(arguments, "env", "--default-signal=INT");

    private static async Task WaitForMetrics(string path, int lines, Process process)
    {
        var waited = Stopwatch.StartNew();
        while (!File.Exists(path) || ReadLineCount(path) < lines)
        {
            if (process.HasExited)
                Assert.Fail(
                    $"ended with {process.ExitCode}: "
                        + $"{await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
            Assert.True(waited.Elapsed < s_patience, "no metrics in time");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static int ReadLineCount(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(c => c == '\n');
    }

    private static async Task<(int ExitCode, string Error)> Stop(Process process, string signal)
    {
        using (Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        string error = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, error);
    }
}
