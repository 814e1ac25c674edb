using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace SpotArtifacts.Images;

/// <summary>
/// Background threads that make numbered batches ahead of a consumer, which gets them in order. What a batch holds is a
/// function of its number alone, so the number of threads changes only when it is ready.
/// </summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly Func<long, LoadedBatch> make;
    private readonly long end;
    private readonly int ahead;
    private readonly Thread[] threads;
    private readonly Dictionary<long, LoadedBatch> ready = [];
    private readonly Dictionary<long, ExceptionDispatchInfo> failures = [];
    private readonly Lock disposing = new(); // so that a second Dispose waits for the first
    private readonly object gate = new();
    private long nextToMake;
    private long nextToTake;
    private long waitedTicks;
    private bool stopped;

    /// <param name="make">Called from several threads.</param>
    /// <param name="first">Number of the first batch.</param>
    /// <param name="end">One past the last number.</param>
    /// <param name="threadCount">1 or more.</param>
    /// <param name="ahead">Batches made before they are asked for, 1 or more.</param>
    internal BatchPrefetcher(Func<long, LoadedBatch> make, long first, long end, int threadCount, int ahead)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        this.make = make;
        this.end = end;
        this.ahead = ahead;
        nextToMake = nextToTake = first;
        threads = new Thread[threadCount];
        for (int i = 0; i < threadCount; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"image loader {i}" };
            threads[i].Start();
        }
    }

    internal TimeSpan WaitTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref waitedTicks));

    /// <summary>The next batch in order; waits for it.</summary>
    /// <exception cref="InvalidOperationException">There is none any more.</exception>
    internal LoadedBatch Take()
    {
        long since = Stopwatch.GetTimestamp();
        lock (gate)
        {
            if (nextToTake >= end)
                throw new InvalidOperationException("every batch has been taken");
            LoadedBatch? batch;
            while (!ready.Remove(nextToTake, out batch))
            {
                ObjectDisposedException.ThrowIf(stopped, this);
                if (failures.TryGetValue(nextToTake, out ExceptionDispatchInfo? failure))
                    failure.Throw();
                Monitor.Wait(gate);
            }
            nextToTake++;
            Monitor.PulseAll(gate);
            Interlocked.Add(ref waitedTicks, Stopwatch.GetTimestamp() - since);
            return batch;
        }
    }

    public void Dispose()
    {
        lock (disposing)
        {
            lock (gate)
            {
                stopped = true;
                Monitor.PulseAll(gate);
            }
            foreach (Thread thread in threads)
                thread.Join();
            foreach (LoadedBatch batch in ready.Values)
                batch.Dispose();
            ready.Clear();
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
                batch = make(number);
            }
            catch (Exception exception) // whatever it is, it belongs to the consumer's thread
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
            lock (gate)
            {
                if (batch is not null)
                    ready[number] = batch;
                else
                    failures[number] = failure!;
                Monitor.PulseAll(gate);
            }
        }
    }

    private bool Claim(out long number)
    {
        lock (gate)
        {
            while (!stopped && nextToMake < end && nextToMake >= nextToTake + ahead)
                Monitor.Wait(gate);
            number = nextToMake;
            // After a failure the consumer never gets past it, so the wait above ends the work as well.
            if (stopped || nextToMake >= end)
                return false;
            nextToMake++;
            return true;
        }
    }
}
