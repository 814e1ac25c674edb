using System.Collections.Concurrent;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Features;

/// <summary>
/// The one thread that computes: libtorch's thread team and grad mode belong to the thread that calls it. Work comes from any thread.
/// Requests for features that wait while others are computed are joined into one batch; nobody waits for a batch to fill.
/// </summary>
internal sealed class ModelThread : IDisposable
{
    private readonly BlockingCollection<Work> _queue = [];
    private readonly Thread _thread;
    private readonly int _batch, _threads;
    private readonly Action<IReadOnlyList<FeatureRequest>> _embed;
    private Exception? _broken;

    /// <param name="batch">Most images of joined requests.</param>
    /// <param name="threads">Threads of one operator; 0 for all cores.</param>
    /// <param name="embed">Computes the requests' features; called on the thread.</param>
    internal ModelThread(int batch, int threads, Action<IReadOnlyList<FeatureRequest>> embed)
    {
        (_batch, _threads, _embed) = (batch, threads, embed);
        _thread = new Thread(Loop) { IsBackground = true, Name = "spot model" };
        _thread.Start();
    }

    /// <summary>Whether the caller stands on the thread.</summary>
    internal bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Runs work on the thread, in the order of arrival; tensors it creates and does not move out die with it.</summary>
    /// <exception cref="ObjectDisposedException">The thread has been stopped.</exception>
    internal Task<T> Run<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new Work(() => done.SetResult(work()), failure => done.TrySetException(failure), null));
        return done.Task;
    }

    /// <summary>Queues a request for features.</summary>
    /// <exception cref="ObjectDisposedException">The thread has been stopped.</exception>
    internal Task<float[]> Run(FeatureRequest request)
    {
        Add(new Work(() => { }, failure => request.Done.TrySetException(failure), request));
        return request.Done.Task;
    }

    /// <summary>Finishes what is queued, then ends the thread.</summary>
    /// <exception cref="InvalidOperationException">Called on the thread itself, which cannot wait for its own end.</exception>
    public void Dispose()
    {
        if (IsCurrent) throw new InvalidOperationException("a model cannot be disposed by work that runs on its own thread");
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Add(Work work)
    {
        try
        {
            _queue.Add(work);
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            throw new ObjectDisposedException(nameof(SpotModel), e);
        }
    }

    private void Loop()
    {
        GradMode? off = Prepare();
        Work? held = null;
        while (held is not null || _queue.TryTake(out held, Timeout.Infinite))
        {
            Work work = held;
            held = null;
            if (work.Request is null) Do(work, work.Action);
            else
            {
                List<Work> joined = Join(work, out held);
                Do(joined, () => _embed([.. joined.Select(one => one.Request!)]));
            }
        }
        off?.Dispose();
    }

    private GradMode? Prepare()
    {
        try
        {
            GradMode off = Autograd.Disable();
            if (_threads > 0) TorchRuntime.ThreadCount = _threads;
            else TorchRuntime.UseAllCores();
            return off;
        }
        catch (TorchException e)
        {
            // Whoever asks for work first is told.
            _broken = e;
            return null;
        }
    }

    private List<Work> Join(Work first, out Work? held)
    {
        List<Work> joined = [first];
        int images = first.Request!.Count;
        held = null;
        while (!first.Request.Alone && images < _batch && _queue.TryTake(out Work? next))
        {
            if (next.Request is not { Alone: false } request || images + request.Count > _batch)
            {
                held = next;
                break;
            }
            joined.Add(next);
            images += request.Count;
        }
        return joined;
    }

    private void Do(Work work, Action action) => Do([work], action);

    private void Do(List<Work> works, Action action)
    {
        try
        {
            if (_broken is not null) throw _broken;
            using TensorScope scope = new();
            action();
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to those who asked for the work.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            foreach (Work work in works) work.Fail(failure);
        }
    }

    private sealed record Work(Action Action, Action<Exception> Fail, FeatureRequest? Request);
}

/// <summary>Views of one or more images whose features are wanted.</summary>
/// <param name="Pixels">Count * 3 * S * S values (NCHW) in [-1, 1].</param>
/// <param name="Count">Number of images.</param>
/// <param name="Alone">Never joined with others: the same views then give the same bits whatever else is going on.</param>
internal sealed record FeatureRequest(float[] Pixels, int Count, bool Alone)
{
    /// <summary>Count * D numbers when it is done.</summary>
    internal TaskCompletionSource<float[]> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
