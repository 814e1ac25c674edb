using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class EngineThreadTests
{
    [Fact]
    public async Task Run_AllWork_IsOnOneThread_AndFailuresReachTheCaller()
    {
        using EngineThread engine = new();

        int[] threads = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => engine.Run(() => Environment.CurrentManagedThreadId)));
        SpotException failure = await Assert.ThrowsAsync<SpotException>(
            () => engine.Run<int>(() => throw new SpotException("no")));

        Assert.Single(threads.Distinct());
        Assert.Equal("no", failure.Message);
        Assert.Equal(threads[0], await engine.Run(() => Environment.CurrentManagedThreadId));
    }

    [Fact]
    public async Task Run_AfterTheEnd_IsRefused()
    {
        EngineThread engine = new();
        engine.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.Run(() => 1));
    }
}
