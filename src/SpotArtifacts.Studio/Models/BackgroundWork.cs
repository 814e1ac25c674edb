using System.Collections.Concurrent;
using SpotArtifacts.Images;

namespace SpotArtifacts.Studio.Models;

/// <summary>
/// What takes longer than a visitor waits for: indices, maps, duplicates. One after the other, so that a machine of two cores stays
/// usable; it goes on when the page that asked for it is left.
/// </summary>
internal sealed class BackgroundWork(TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, WorkItem> _items = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Work that goes on or has ended; null where nobody has asked for it.</summary>
    internal WorkItem? Find(string key) => _items.GetValueOrDefault(key);

    /// <summary>Begins work, unless it is under way already; what has failed or ended begins anew.</summary>
    /// <param name="key">What tells it from other work.</param>
    /// <param name="work">Does it on a thread of its own.</param>
    internal WorkItem Start(string key, Action<WorkItem, CancellationToken> work)
    {
        lock (_turn)
        {
            if (_items.TryGetValue(key, out WorkItem? under) && !under.Progress.Ended)
                return under;
            WorkItem item = new(key, clock);
            _items[key] = item;
            item.Completion = Task.Factory.StartNew(
                () => Run(item, work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return item;
        }
    }

    /// <summary>Asks what is under way to stop, and waits for it.</summary>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
            return;
        _stop.Cancel();
        Task.WhenAll(_items.Values.Select(item => item.Completion)).Wait();
        _stop.Dispose();
        _turn.Dispose();
    }

    private void Run(WorkItem item, Action<WorkItem, CancellationToken> work)
    {
        bool mine = false;
        try
        {
            _turn.Wait(_stop.Token);
            mine = true;
            work(item, _stop.Token);
            item.End(null);
        }
        catch (OperationCanceledException)
        {
            item.End("stopped");
        }
        catch (Exception failure) when (failure is SpotException or IOException or UnauthorizedAccessException)
        {
            item.End(failure.Message);
        }
        catch (Exception failure)
        {
            // Nobody waits for this thread: a fault of ours must reach the page instead of ending the studio.
            item.End($"unexpected: {failure.Message}");
        }
        finally
        {
            if (mine)
                _turn.Release();
        }
    }
}

/// <summary>How far work has come.</summary>
/// <param name="Stage">What is being done; empty while it waits for its turn.</param>
/// <param name="Done">Of <paramref name="Total"/>.</param>
/// <param name="Total">0 where it is not known yet.</param>
/// <param name="Ended">Whether it has ended, well or not.</param>
/// <param name="Problem">Why it failed.</param>
internal sealed record WorkProgress(string Stage, int Done, int Total, bool Ended, string? Problem);

/// <summary>One piece of work in the background.</summary>
internal sealed class WorkItem(string key, TimeProvider clock) : IProgress<DecodingProgress>
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);

    private long _told;

    /// <summary>Something has changed; from the thread that works, at most five times a second.</summary>
    internal event Action? Changed;

    /// <summary>What it is known by.</summary>
    internal string Key => key;

    /// <summary>How far it is.</summary>
    internal WorkProgress Progress { get; private set; } = new("", 0, 0, false, null);

    /// <summary>Ends with the work; never fails.</summary>
    internal Task Completion { get; set; } = Task.CompletedTask;

    /// <summary>How far the work, or a stage of it, has come.</summary>
    public void Report(DecodingProgress value)
    {
        string stage = value.Stage ?? Progress.Stage;
        Tell(new WorkProgress(stage, value.Done, value.Total, false, null), always: stage != Progress.Stage);
    }

    /// <summary>Says that it is over.</summary>
    internal void End(string? problem) => Tell(Progress with { Ended = true, Problem = problem }, always: true);

    private void Tell(WorkProgress progress, bool always)
    {
        Progress = progress;
        long now = clock.GetTimestamp();
        if (!always && clock.GetElapsedTime(_told, now) < s_between)
            return;
        _told = now;
        Changed?.Invoke();
    }
}
