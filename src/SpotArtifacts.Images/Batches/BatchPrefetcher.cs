using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace SpotArtifacts.Images;

/// <summary>
/// Background threads that make numbered batches ahead of a consumer, which gets them in order. What a batch holds is a
/// function of its number alone, so the number of threads changes only when it is ready.
/// </summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly Func<long, LoadedBatch> _make;
    private readonly long _end;
    private readonly int _ahead;
    private readonly Thread[] _threads;
    private readonly Dictionary<long, LoadedBatch> _ready = [];
    private readonly Dictionary<long, ExceptionDispatchInfo> _failures = [];
    private readonly Lock _disposing = new(); // so that a second Dispose waits for the first
    private readonly object _gate = new();
    private long _nextToMake;
    private long _nextToTake;
    private long _waitedTicks;
    private bool _stopped;

    /// <param name="make">Called from several threads.</param>
    /// <param name="first">Number of the first batch.</param>
    /// <param name="end">One past the last number.</param>
    /// <param name="threadCount">1 or more.</param>
    /// <param name="ahead">Batches made before they are asked for, 1 or more.</param>
    internal BatchPrefetcher(Func<long, LoadedBatch> make, long first, long end, int threadCount, int ahead)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        _make = make;
        _end = end;
        _ahead = ahead;
        _nextToMake = _nextToTake = first;
        _threads = new Thread[threadCount];
        for (int i = 0; i < threadCount; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"image loader {i}" };
            _threads[i].Start();
        }
    }

    internal TimeSpan WaitTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _waitedTicks));

    /// <summary>The next batch in order; waits for it.</summary>
    /// <exception cref="InvalidOperationException">There is none any more.</exception>
    internal LoadedBatch Take()
    {
        long since = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_nextToTake >= _end)
                throw new InvalidOperationException("every batch has been taken");
            LoadedBatch? batch;
            while (!_ready.Remove(_nextToTake, out batch))
            {
                ObjectDisposedException.ThrowIf(_stopped, this);
                if (_failures.TryGetValue(_nextToTake, out ExceptionDispatchInfo? failure))
                    failure.Throw();
                Monitor.Wait(_gate);
            }
            _nextToTake++;
            Monitor.PulseAll(_gate);
            Interlocked.Add(ref _waitedTicks, Stopwatch.GetTimestamp() - since);
            return batch;
        }
    }

    public void Dispose()
    {
        lock (_disposing)
        {
            lock (_gate)
            {
                _stopped = true;
                Monitor.PulseAll(_gate);
            }
            foreach (Thread thread in _threads)
                thread.Join();
            foreach (LoadedBatch batch in _ready.Values)
                batch.Dispose();
            _ready.Clear();
        }
    }

    private void Work()
    {
        while (Claim(out long number))
        {
            LoadedBatch? batch = null;
            ExceptionDispatchInfo? failure = null;
            try
            {
                batch = _make(number);
            }
            catch (Exception exception) // whatever it is, it belongs to the consumer's thread
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
            lock (_gate)
            {
                if (batch is not null)
                    _ready[number] = batch;
                else
                    _failures[number] = failure!;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private bool Claim(out long number)
    {
        lock (_gate)
        {
            while (!_stopped && _nextToMake < _end && _nextToMake >= _nextToTake + _ahead)
                Monitor.Wait(_gate);
            number = _nextToMake;
            // After a failure the consumer never gets past it, so the wait above ends the work as well.
            if (_stopped || _nextToMake >= _end)
                return false;
            _nextToMake++;
            return true;
        }
    }
}
