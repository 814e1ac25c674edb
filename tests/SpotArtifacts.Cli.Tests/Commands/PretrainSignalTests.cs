using System.Diagnostics;
using SpotArtifacts.Checkpoints;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>The built program as a process of its own: what a signal does to a run.</summary>
public sealed class PretrainSignalTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private readonly ImageFolder _folder = new();
    private readonly List<Process> _started = [];

    [Theory]
    [InlineData("INT", ExitCodes.Interrupted, "QUIT", ExitCodes.Quit)]
    [InlineData("QUIT", ExitCodes.Quit, "TERM", ExitCodes.Terminated)]
    [InlineData("HUP", ExitCodes.HungUp, "INT", ExitCodes.Interrupted)]
    public async Task Signal_DuringARun_EndsItWithACheckpointThatResumes(string signal, int code, string next, int nextCode)
    {
        string run = _folder.At("run");
        Process pretrain =
            Start(_folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=100000", "recording.metrics_every=1"));
        await WaitForMetrics(Path.Combine(run, "metrics.jsonl"), lines: 2, pretrain);

        (int status, string error) = await Stop(pretrain, signal);

        Assert.Equal((code, "spot: stopped" + Environment.NewLine), (status, error));
        long stopped = Step(run);
        Assert.InRange(stopped, 1, 99999);

        Process resume = Start(["resume", run, "--quiet"]);
        await WaitForMetrics(Path.Combine(run, "metrics.jsonl"), lines: (int)stopped + 2, resume);
        Assert.Equal(nextCode, (await Stop(resume, next)).ExitCode);
        Assert.InRange(Step(run), stopped + 1, 99999);
    }

    [Fact]
    public async Task User1_DuringARun_WritesACheckpointAndGoesOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGUSR1 is listened to on Linux");
        string run = _folder.At("run"), metrics = Path.Combine(run, "metrics.jsonl");
        Process pretrain = Start(_folder.PretrainArguments(
            "run", "autoencoding.steps=1", "spotting.steps=100000", "recording.metrics_every=1"));
        await WaitForMetrics(metrics, lines: 3, pretrain);
        Assert.Equal(1, Step(run)); // of stage 1, at its end

        await Send(pretrain, "USR1");
        int lines = ReadLineCount(metrics);
        await WaitForMetrics(metrics, lines + 3, pretrain);

        Assert.InRange(Step(run), 2, 99999);
        Assert.False(pretrain.HasExited);
        await Stop(pretrain, "TERM");
    }

    [Fact]
    public async Task Hangup_OfARunThatWasStartedToIgnoreIt_IsIgnored()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the system says what is ignored");
        string metrics = Path.Combine(_folder.At("run"), "metrics.jsonl");
        Process pretrain = Start(_folder.PretrainArguments(
            "run", "autoencoding.steps=1", "spotting.steps=100000", "recording.metrics_every=1"), "--ignore-signal=HUP");
        await WaitForMetrics(metrics, lines: 2, pretrain);

        await Send(pretrain, "HUP");
        await WaitForMetrics(metrics, ReadLineCount(metrics) + 3, pretrain);

        Assert.Equal(ExitCodes.Terminated, (await Stop(pretrain, "TERM")).ExitCode);
    }

    [Fact]
    public async Task Terminate_CommandThatWaitsForAPipe_EndsItSoon()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no named pipes among files");
        string pipe = _folder.At("images/pipe.png");
        using (Process made = Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        Process scan = Start(["data", "scan", pipe]);
        await Task.Delay(2000, TestContext.Current.CancellationToken);

        (int code, _) = await Stop(scan, "TERM");

        // Where only regular files are opened it has ended by itself.
        Assert.Contains(code, (int[])[ExitCodes.Terminated, ExitCodes.Failure]);
    }

    // A training that a failed test leaves behind would go on for hours, and slow down whatever comes after it.
    public void Dispose()
    {
        foreach (Process process in _started)
        {
            process.Kill(entireProcessTree: true); // nothing where it has ended
            process.Dispose();
        }
        _folder.Dispose();
    }

    private static long Step(string run) => Checkpoint.Read(Path.Combine(run, "checkpoints", "last.safetensors"))
        .GetNumber("step");

    // A shell's background jobs ignore SIGINT, and so does what they start, unless it is told otherwise.
    private Process Start(string[] arguments) => Start(arguments, "--default-signal=INT,HUP,QUIT");

    private Process Start(string[] arguments, string signals)
    {
        Process process = SpotProcess.Start(arguments, "env", signals);
        _started.Add(process);
        return process;
    }

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

    private static async Task Send(Process process, string signal)
    {
        // The shell's own: a small system has no program of that name.
        using Process kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<(int ExitCode, string Error)> Stop(Process process, string signal)
    {
        await Send(process, signal);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        string error = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, error);
    }
}
