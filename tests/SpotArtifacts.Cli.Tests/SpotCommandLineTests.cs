using System.CommandLine;
using System.Runtime.InteropServices;

namespace SpotArtifacts.Cli.Tests;

public sealed class SpotCommandLineTests : IDisposable
{
    private readonly StopSignals _signals = new();

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("recipe", "--help")]
    public async Task Run_HelpOrNothing_PrintsUsageAndSucceeds(params string[] args)
    {
        CommandLineRun run = await CommandLineRun.Of(args);

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Version_PrintsIt()
    {
        CommandLineRun run = await CommandLineRun.Of("--version");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Output);
    }

    [Fact]
    public void CreateRootFor_CommandsName_MakesThatCommandAlone()
    {
        string[] names = [.. SpotCommandLine.CreateRoot().Subcommands.Select(command => command.Name)];

        Assert.NotEmpty(names);
        Assert.All(names, name =>
            Assert.Equal(name, Assert.Single(SpotCommandLine.CreateRootFor([name, "--help"]).Subcommands).Name));
        Assert.Equal(names, SpotCommandLine.CreateRootFor([]).Subcommands.Select(command => command.Name));
        Assert.Equal(names, SpotCommandLine.CreateRootFor(["-q", "presets"]).Subcommands.Select(command => command.Name));
    }

    [Theory]
    [InlineData("Usage: spot --help", "nonsense")]
    [InlineData("Usage: spot --help", "--nonsense")]
    [InlineData("Usage: spot recipe --help", "recipe")]
    [InlineData("Usage: spot recipe show --help", "recipe", "show", "--preset")]
    [InlineData("Usage: spot recipe show --help", "recipe", "show", "surplus")]
    public async Task Run_UsageError_ExitsWithTwoAndPointsToHelp(string hint, params string[] args)
    {
        CommandLineRun run = await CommandLineRun.Of(args);

        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("spot: ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith(hint + Environment.NewLine, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UserError_PrintsTheMessageAlone()
    {
        CommandLineRun run = await Run(_ => throw new SpotException("no such folder"));

        Assert.Equal(new(ExitCodes.Failure, "", "spot: no such folder" + Environment.NewLine), run);
    }

    [Fact]
    public async Task Run_UnexpectedError_PrintsTypeMessageAndHint()
    {
        CommandLineRun run = await Run(_ => throw new InvalidOperationException("odd"));

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.StartsWith("spot: unexpected InvalidOperationException: odd", run.Error, StringComparison.Ordinal);
        Assert.Contains("-v", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-v")]
    [InlineData("--verbose")]
    public async Task Run_ErrorWithVerbose_PrintsTheTrace(string option)
    {
        CommandLineRun run = await Run(_ => throw new SpotException("no such folder"), option);

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, ExitCodes.Interrupted)]
    [InlineData(PosixSignal.SIGTERM, ExitCodes.Terminated)]
    public async Task Run_SignalWhileRunning_CancelsAndSaysWhich(PosixSignal signal, int code)
    {
        CommandLineRun run = await Run(async stop =>
        {
            _signals.Receive(signal);
            await Task.Delay(Timeout.Infinite, stop);
        });

        Assert.Equal(new(code, "", "spot: stopped" + Environment.NewLine), run);
    }

    [Fact]
    public async Task Run_CommandThatDoesNotHearASignal_IsNotWaitedFor()
    {
        using ManualResetEventSlim never = new();
        CommandLineRun run = await Run(_ =>
        {
            _signals.Receive(PosixSignal.SIGTERM);
            return Task.Run(() => never.Wait(TimeSpan.FromMinutes(1)));
        });
        never.Set();

        Assert.Equal(new(ExitCodes.Terminated, "", "spot: stopped" + Environment.NewLine), run);
    }

    [Fact]
    public async Task Run_HeldCommand_IsWaitedFor()
    {
        CommandLineRun run = await Run(async _ =>
        {
            using IDisposable hold = _signals.Hold();
            _signals.Receive(PosixSignal.SIGHUP);
            await Task.Delay(StopSignals.Grace * 2, CancellationToken.None);
        });

        Assert.Equal(new(ExitCodes.HungUp, "", ""), run);
    }

    [Fact]
    public async Task Run_FullDisk_IsTheSystemsSentence()
    {
        CommandLineRun run = await Run(_ => throw new AggregateException(
            new OperationCanceledException(), new IOException("No space left on device : '/x/y'")));

        Assert.Equal(new(ExitCodes.Failure, "", "spot: No space left on device : '/x/y'" + Environment.NewLine), run);
    }

    [Fact]
    public async Task Run_CommandEndsInOrderAfterASignal_StillSaysWhich()
    {
        CommandLineRun run = await Run(_ =>
        {
            _signals.Receive(PosixSignal.SIGINT);
            return Task.CompletedTask;
        });

        Assert.Equal(new(ExitCodes.Interrupted, "", ""), run);
    }

    [Fact]
    public async Task Run_CancellationWithoutASignal_IsAFailure() =>
        Assert.Equal(ExitCodes.Failure, (await Run(_ => throw new OperationCanceledException())).ExitCode);

    [Fact]
    public void Receive_SecondSignal_IsLeftToTheSystem()
    {
        Assert.True(_signals.Receive(PosixSignal.SIGTERM));
        Assert.False(_signals.Receive(PosixSignal.SIGINT));
        Assert.Equal(ExitCodes.Terminated, _signals.ExitCode);
    }

    public void Dispose() => _signals.Dispose();

    private Task<CommandLineRun> Run(Func<CancellationToken, Task> body, params string[] options)
    {
        RootCommand root = new();
        GlobalOptions.AddTo(root);
        Command command = new("try");
        command.SetAction((_, stop) => body(stop));
        root.Subcommands.Add(command);
        return CommandLineRun.Of(root, _signals, ["try", .. options]);
    }
}
