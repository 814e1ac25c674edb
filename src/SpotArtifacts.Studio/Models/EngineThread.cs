using System.Collections.Concurrent;
using SpotArtifacts.Engine;

namespace SpotArtifacts.Studio.Models;

/// <summary>
/// The one thread that libtorch computes on in this process: its grad mode and its thread team belong to the thread that calls it.
/// One image at a time goes through it, so it takes one core, and does not fight with a run that trains beside it.
/// </summary>
internal sealed class EngineThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private bool _ready;

    /// <summary>Starts the thread; libtorch is loaded when it is first needed.</summary>
    public EngineThread()
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = "libtorch" };
        _thread.Start();
    }

    /// <summary>Runs something there, behind what was asked for before.</summary>
    /// <exception cref="ObjectDisposedException">The studio is ending.</exception>
    internal Task<T> Run<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() => Do(work, done));
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(EngineThread));
        }
        return done.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_work.IsAddingCompleted)
            return;
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Loop()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }

    private void Do<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            if (!_ready)
                NativeEngine.SetThreads(1);
            _ready = true;
            done.SetResult(work());
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }
}
