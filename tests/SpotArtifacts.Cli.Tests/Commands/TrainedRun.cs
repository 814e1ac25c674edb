namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>One finished run of the smallest network for all tests of a class, and images to use it on.</summary>
public sealed class TrainedRun : IAsyncLifetime, IDisposable
{
    private readonly ImageFolder _folder = new();

    internal string Run => _folder.At("run");

    internal string Images => _folder.Images;

    internal string At(string name) => _folder.At(name);

    public async ValueTask InitializeAsync()
    {
        CommandLineRun made =
            await CommandLineRun.Of(_folder.PretrainArguments("run", "autoencoding.steps=1", "spotting.steps=1"));
        Assert.True(made.ExitCode == ExitCodes.Success, made.Error);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();

    internal static void AssertFailure(CommandLineRun run, string message)
    {
        Assert.Equal((ExitCodes.Failure, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("spot: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
