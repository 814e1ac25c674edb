using SpotArtifacts.Images;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class BackgroundWorkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_SameKey_IsOnePieceOfWork_AnotherWaits()
    {
        using BackgroundWork work = new(TimeProvider.System);
        using ManualResetEventSlim go = new();
        int begun = 0;

        WorkItem first = work.Start("a", (item, stop) =>
        {
            item.Report(new DecodingProgress(1, 2, 0) { Stage = "stage" });
            Interlocked.Increment(ref begun);
            go.Wait(stop);
        });
        WorkItem again = work.Start("a", (_, _) => Interlocked.Increment(ref begun));
        WorkItem other = work.Start("b", (_, _) => Interlocked.Increment(ref begun));
        SpinWait.SpinUntil(() => Volatile.Read(ref begun) > 0, TimeSpan.FromSeconds(10));

        Assert.Same(first, again);
        Assert.Equal(new WorkProgress("stage", 1, 2, false, null), first.Progress);
        Assert.Equal("", other.Progress.Stage);
        Assert.Equal(1, begun);
        go.Set();
        await Task.WhenAll(first.Completion, other.Completion).WaitAsync(Stop);
        Assert.Equal((true, true, 2), (first.Progress.Ended, other.Progress.Ended, begun));
    }

    [Fact]
    public async Task Start_AFailure_IsSaid_AndCanBeTriedAgain()
    {
        using BackgroundWork work = new(TimeProvider.System);

        WorkItem failed = work.Start("a", (_, _) => throw new SpotException("no room"));
        await failed.Completion;
        WorkItem again = work.Start("a", (_, _) => { });
        await again.Completion;

        Assert.Equal((true, "no room"), (failed.Progress.Ended, failed.Progress.Problem));
        Assert.Equal((true, null), (again.Progress.Ended, again.Progress.Problem));
        Assert.NotSame(failed, again);
    }

    [Fact]
    public void Dispose_StopsWhatIsUnderWay()
    {
        BackgroundWork work = new(TimeProvider.System);
        WorkItem item = work.Start("a", (_, stop) => stop.WaitHandle.WaitOne());
        WorkItem waiting = work.Start("b", (_, stop) => stop.ThrowIfCancellationRequested());

        work.Dispose();

        Assert.True(item.Completion.IsCompleted && waiting.Completion.IsCompleted);
        Assert.Equal("stopped", waiting.Progress.Problem);
    }
}
